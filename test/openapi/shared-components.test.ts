import t from 'tap';
import { SharedComponents } from '../../src/openapi/shared-components.ts';

const error = (description: string) => ({
  description,
  content: {
    'application/json': { schema: {}, examples: { SongNotFound: { value: {} }, SongExists: { value: {} } } },
  },
});

t.test('errors become components, named after their examples; successes stay inline', async (t) => {
  const shared = new SharedComponents();
  const first = shared.response('/songs', error('No'));
  const second = shared.response('/songs', error('No'));
  const other = shared.response('/songs/{id}', error('No'));
  const ETag = { schema: { description: 'The version' } };
  const success = shared.response('/songs', { description: 'Yes', headers: { ETag } });
  t.same(shared.components(), {
    headers: { ETag },
    responses: { SongNotFoundOrSongExists: { ...error('No'), headers: {} } },
  });
  t.same(success, {
    description: 'Yes',
    headers: { ETag: { $ref: '#/components/headers/ETag' } },
  });
  for (const reference of [first, second, other])
    t.same(reference, { $ref: '#/components/responses/SongNotFoundOrSongExists' });
});

t.test('headers that differ by path have the path in their names', async (t) => {
  const shared = new SharedComponents();
  const withLocation = (path: string) =>
    shared.response(path, {
      description: 'Created',
      headers: { Location: { schema: { examples: [`${path}/1`] } } },
    });
  const created = ['/songs', '/tasks'].map(withLocation);
  t.same(Object.keys(shared.components().headers), ['SongsLocation', 'TasksLocation']);
  t.match(created, [
    { headers: { Location: { $ref: '#/components/headers/SongsLocation' } } },
    { headers: { Location: { $ref: '#/components/headers/TasksLocation' } } },
  ]);
});

t.test('errors that differ by path have the path in their names', async (t) => {
  const shared = new SharedComponents();
  const references = ['/songs', '/songs/{id}', '/stage-plans/{plan_id}/print'].map((path) =>
    shared.response(path, error(path)),
  );
  const names = [
    'SongsSongNotFoundOrSongExists',
    'SongsByIdSongNotFoundOrSongExists',
    'StagePlansByPlanIdPrintSongNotFoundOrSongExists',
  ];
  t.same(Object.keys(shared.components().responses), names);
  t.same(
    references,
    names.map((name) => ({ $ref: `#/components/responses/${name}` })),
  );
});

t.test('different components of one path cannot have the same name', async (t) => {
  const shared = new SharedComponents();
  shared.response('/songs', error('No'));
  t.throws(
    () => shared.response('/songs', error('Never')),
    /Two different responses of \/songs have the name SongNotFoundOrSongExists/,
  );
  const withETag = (description: string) => ({
    description: '',
    headers: { ETag: { schema: { description } } },
  });
  shared.response('/songs', withETag('The version'));
  t.throws(
    () => shared.response('/songs', withETag('A number')),
    /Two different headers of \/songs have the name ETag/,
  );
});

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
  const elsewhere = shared.response('/songs/{id}', error('No'));
  const ETag = { schema: { description: 'The version' } };
  t.same(shared.response('/songs', { description: 'Yes', headers: { ETag } }), {
    description: 'Yes',
    headers: { ETag: { $ref: '#/components/headers/ETag' } },
  });
  t.same(shared.headers, { ETag });
  t.same(shared.responses(), { SongNotFoundOrSongExists: { ...error('No'), headers: {} } });
  for (const reference of [first, second, elsewhere])
    t.same(reference, { $ref: '#/components/responses/SongNotFoundOrSongExists' });
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
  t.same(Object.keys(shared.responses()), names);
  t.same(
    references,
    names.map((name) => ({ $ref: `#/components/responses/${name}` })),
  );
});

t.test('different components cannot have the same name', async (t) => {
  const shared = new SharedComponents();
  shared.response('/songs', error('No'));
  t.throws(
    () => shared.response('/songs', error('Never')),
    /Two different responses of \/songs are called SongNotFoundOrSongExists/,
  );
  const withETag = (description: string) => ({
    description: '',
    headers: { ETag: { schema: { description } } },
  });
  shared.response('/songs', withETag('The version'));
  t.throws(() => shared.response('/tasks', withETag('A number')), /Two different headers are called ETag/);
});

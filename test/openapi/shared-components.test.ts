import t from 'tap';
import { SharedComponents } from '../../src/openapi/shared-components.ts';

const error = (description: string) => ({
  description,
  content: { 'application/json': { schema: {}, examples: { SongNotFound: {}, SongExists: {} } } },
});

t.test(
  'errors become components under the names of their examples; successes stay where they are',
  async (t) => {
    const shared = new SharedComponents();
    const reference = { $ref: '#/components/responses/SongNotFoundOrSongExists' };
    t.same(shared.response(error('No')), reference);
    t.same(shared.response(error('No')), reference);
    t.same(shared.responses, { SongNotFoundOrSongExists: { ...error('No'), headers: {} } });
    const ETag = { schema: { description: 'The version' } };
    t.same(shared.response({ description: 'Yes', headers: { ETag } }), {
      description: 'Yes',
      headers: { ETag: { $ref: '#/components/headers/ETag' } },
    });
    t.same(shared.headers, { ETag });
  },
);

t.test('two different things cannot have one name', async (t) => {
  const shared = new SharedComponents();
  shared.response(error('No'));
  t.throws(() => shared.response(error('Never')), /Two different things are called SongNotFoundOrSongExists/);
});

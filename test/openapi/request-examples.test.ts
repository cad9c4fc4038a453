import t from 'tap';
import type { Operation } from '../../src/openapi/generated-document.ts';
import { showRequestExample } from '../../src/openapi/request-examples.ts';

t.test('the example of an operation goes beside each schema of its body', async (t) => {
  const schema = { $ref: '#/components/schemas/SongUpdate' };
  const example = { song: 'Euclid' };
  const operation: Operation = {
    'x-request-example': example,
    requestBody: {
      content: { 'application/json': { schema, example: {} }, 'application/merge-patch+json': { schema } },
    },
    responses: {},
  };
  showRequestExample(operation);
  t.same(operation, {
    requestBody: {
      content: {
        'application/json': { schema, example },
        'application/merge-patch+json': { schema, example },
      },
    },
    responses: {},
  });
});

t.test('an operation without one keeps the example of the model', async (t) => {
  const content = { 'application/json': { schema: {}, example: { song: 'Euclid' } } };
  const operation: Operation = { requestBody: { content }, responses: {} };
  showRequestExample(operation);
  t.same(operation, { requestBody: { content }, responses: {} });
});

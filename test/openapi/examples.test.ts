import t from 'tap';
import { showRequestExample, withPaths } from '../../src/openapi/examples.ts';
import type { Operation } from '../../src/openapi/generated-document.ts';

t.test('a problem shows the path of its operation, with the values of its parameters', async (t) => {
  const parameters = [
    { name: 'id', in: 'path', schema: {}, example: 1 },
    { name: 'page', in: 'query', schema: {}, example: 2 },
  ];
  const problem = { value: { title: 'No', instance: '', code: 'no' } };
  const content = {
    'application/json': { schema: {}, examples: { No: { value: { error: 'No' } } } },
    'application/problem+json': {
      schema: {},
      examples: { No: problem, Lost: { ...problem, 'x-path-parameters': { id: '404' } } },
    },
    'text/plain': { schema: {}, example: 'No' },
  };
  const placed = (instance: string) => ({ value: { title: 'No', instance, code: 'no' } });
  t.same(withPaths(content, '/songs/{id}/covers', parameters), {
    ...content,
    'application/problem+json': {
      schema: {},
      examples: { No: placed('/songs/1/covers'), Lost: placed('/songs/404/covers') },
    },
  });
  t.same(withPaths(content, '/songs')['application/problem+json']?.examples?.No, placed('/songs'));
});

t.test('the example of an operation is set for each media type of its body', async (t) => {
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

t.test('an operation without an example keeps the example of the model', async (t) => {
  const content = { 'application/json': { schema: {}, example: { song: 'Euclid' } } };
  const operation: Operation = { requestBody: { content }, responses: {} };
  showRequestExample(operation);
  t.same(operation, { requestBody: { content }, responses: {} });
});

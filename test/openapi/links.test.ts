import { Type } from '@sinclair/typebox';
import t from 'tap';
import { links } from '../../src/openapi/links.ts';

const headers = Type.Object({ 'If-Match': Type.Optional(Type.String()) });

t.test('a link to a write requires the version in the response; a link to a read does not', async (t) => {
  const operations = [
    { operationId: 'read', summary: 'Read it', headers, response: { 200: {}, 304: {} } },
    { operationId: 'write', summary: 'Write it', headers, response: { 200: {} } },
    { operationId: 'run', summary: 'Run it', response: { 202: {} } },
    { operationId: 'send', summary: 'Send it', headers: Type.Object({}), response: { 202: {} } },
  ];
  t.same(links('$response.body#/id', ...operations), {
    read: { operationId: 'read', description: 'Read it', parameters: { id: '$response.body#/id' } },
    write: {
      operationId: 'write',
      description: 'Write it, if it has not changed',
      parameters: { id: '$response.body#/id', 'If-Match': '$response.header.ETag' },
    },
    run: { operationId: 'run', description: 'Run it', parameters: { id: '$response.body#/id' } },
    send: { operationId: 'send', description: 'Send it', parameters: { id: '$response.body#/id' } },
  });
});

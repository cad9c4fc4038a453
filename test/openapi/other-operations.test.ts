// An operation that does not create a resource with versions: it has no links, no `ETag`, and its own errors.
import Fastify from 'fastify';
import t from 'tap';
import { models } from '../../schemas/index.ts';
import { ref } from '../../schemas/ref.ts';
import { song } from '../../schemas/song.ts';
import { checks } from '../../scripts/openapi/checks/index.ts';
import { errors } from '../../src/http/error-handler.ts';
import { lifecycle } from '../../src/http/lifecycle.ts';
import { NoQuery } from '../../src/http/requests.ts';
import { responseHeaders } from '../../src/http/response-headers.ts';
import { RequestLog } from '../../src/logging/request-log.ts';
import { errorResponses, occurrence } from '../../src/openapi/error-responses.ts';
import { openapi } from '../../src/openapi/plugin.ts';
import { BODY_ERRORS } from '../../src/openapi/request-errors.ts';
import { emptyResponse } from '../../src/openapi/responses.ts';
import { ValidationFailed, validation } from '../../src/validation/plugin.ts';
import { type ContractDocument, contractOf } from '../support/contract.ts';

const postImport = {
  operationId: 'postImport',
  summary: 'Import songs',
  description: 'Imports songs in the background.',
  tags: ['songs'],
  security: [],
  querystring: NoQuery,
  body: ref(song.schemas.create),
  response: {
    202: emptyResponse('The import has begun'),
    ...errorResponses(...BODY_ERRORS, occurrence(ValidationFailed)),
  },
};

const app = Fastify();
await app.register(lifecycle);
await app.register(validation, { models });
await app.register(errors);
await app.register(responseHeaders, { behindProxy: false, log: new RequestLog(false) });
await app.register(openapi);
app.post('/imports', { schema: postImport }, (_request, reply) => reply.code(202).send());
await app.ready();
const text = JSON.stringify(app.swagger());

for (const [name, check] of Object.entries(checks)) {
  // It requires the errors of the whole service.
  if (name === 'definedErrorsAreDeclared') continue;
  t.test(name, async (t) => {
    t.same(check(JSON.parse(text)), []);
  });
}

t.test('its responses match the contract', async (t) => {
  const document: ContractDocument = JSON.parse(text);
  const check = contractOf(document);
  for (const [payload, status] of [
    [{ song: 'Euclid', artist: 'Sleep Token' }, 202],
    [{}, 422],
  ] as const) {
    const {
      statusCode,
      headers,
      payload: text,
    } = await app.inject({ method: 'POST', url: '/imports', payload });
    t.equal(statusCode, status);
    check('POST', '/imports', { status: statusCode, headers, text });
  }
});

t.test('a create of a resource with versions still needs its links and headers', async (t) => {
  const document = JSON.parse(text);
  const { operationId, parameters, ...rest } = document.paths['/imports'].post;
  document.paths['/imports'].post.responses[201] = { description: 'Made', headers: {} };
  const precondition = { name: 'If-None-Match', in: 'header' };
  document.paths['/imports/{id}'] = {
    get: { ...rest, operationId: 'getImport', parameters: [precondition] },
  };
  t.match(checks.createsAreLinked?.(document), ['POST /imports 201: it has no link to getImport']);
  t.match(checks.headersAreDeclared?.(document).join(), /POST \/imports 201: the header (Location|ETag)/);
});

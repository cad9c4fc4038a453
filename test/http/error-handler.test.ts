import { once } from 'node:events';
import { connect } from 'node:net';
import Fastify from 'fastify';
import t from 'tap';
import { models } from '../../schemas/index.ts';
import { errors } from '../../src/http/error-handler.ts';
import { MalformedJson } from '../../src/http/errors.ts';
import { headersWith } from '../../src/http/headers.ts';
import { errorResponses, occurrence } from '../../src/openapi/error-responses.ts';
import { responseValidation, validation } from '../../src/validation/plugin.ts';
import { startService } from '../support/service.ts';

const { app, call, log } = await startService(t);

t.test('an invalid field is exactly one failure', async (t) => {
  const { status, body } = await call('POST', '/tasks', { json: { title: '' } });
  t.equal(status, 422);
  t.match(body, {
    error: 'ValidationError',
    code: 'validation_failed',
    message: 'Request validation failed',
  });
  t.same(body.details, [
    {
      type: 'string_too_short',
      loc: ['body', 'title'],
      msg: 'String should have at least 1 character',
      input: '',
    },
  ]);
});

t.test('four faults are four failures, across all parts of the request', async (t) => {
  const json = { title: 7, description: null, done: 'true', extra: 1 };
  t.equal((await call('POST', '/tasks', { json })).body.details.length, 4);
  const { body } = await call('PUT', '/tasks/abc?x=1', { json, headers: { 'if-match': 'bare' } });
  t.same(
    body.details.map(({ type, loc }: { type: string; loc: string[] }) => `${type} ${loc.join('.')}`).sort(),
    [
      'bool_type body.done',
      'extra_forbidden body.extra',
      'extra_forbidden query.x',
      'int_parsing path.id',
      'string_pattern_mismatch header.if-match',
      'string_type body.description',
      'string_type body.title',
    ],
  );
});

t.test('parameters are coerced from text, strictly', async (t) => {
  const refused = async (url: string) => {
    const { status, body } = await call('GET', url);
    t.equal(status, 422, url);
    return body.details.map(({ type, loc }: { type: string; loc: string[] }) => `${type} ${loc.join('.')}`);
  };
  t.same(await refused('/tasks/abc'), ['int_parsing path.id']);
  t.same(await refused('/tasks/0'), ['greater_than_equal path.id']);
  t.same(await refused('/tasks/2147483648'), ['less_than_equal path.id']);
  t.same(await refused('/tasks/99999999999999999999999'), ['less_than_equal path.id']);
  t.same(await refused('/tasks/1.5'), ['int_parsing path.id']);
  t.same(await refused('/tasks/0x1'), ['int_parsing path.id']);
  t.same(await refused(`/tasks/${'9'.repeat(5000)}`), ['finite_number path.id']);
  t.same(await refused('/tasks?limit=0'), ['greater_than_equal query.limit']);
  t.same(await refused('/tasks?limit=101'), ['less_than_equal query.limit']);
  t.same(await refused('/tasks?limit=1&limit=2'), ['int_type query.limit']);
  t.same(await refused('/tasks?limit='), ['int_parsing query.limit']);
  t.same(await refused('/tasks?done=yes'), ['bool_parsing query.done']);
  t.same(await refused('/tasks?sort=color'), ['enum query.sort']);
  t.same(await refused('/tasks?cursor=x'), ['string_pattern_mismatch query.cursor']);
  t.same(await refused('/tasks?q=%00'), ['string_pattern_mismatch query.q']);
  t.same(await refused('/tasks?q='), ['string_too_short query.q']);
  t.same(await refused('/tasks?color=red&__proto__=1'), [
    'extra_forbidden query.color',
    'extra_forbidden query.__proto__',
  ]);
});

t.test('lengths count characters, and only NUL is rejected', async (t) => {
  const longest = '🎵'.repeat(200);
  const created = await call('POST', '/songs', { json: { song: longest, artist: '\u0001\n\t"\\\u2028' } });
  t.equal(created.status, 201);
  t.equal(created.body.data.song, longest);
  t.equal(created.body.data.artist, '\u0001\n\t"\\\u2028');
  for (const [song, type] of [
    [`${longest}x`, 'string_too_long'],
    ['a\u0000b', 'string_pattern_mismatch'],
  ]) {
    const { status, body } = await call('POST', '/songs', { json: { song, artist: 'x' } });
    t.equal(status, 422);
    t.match(body.details, [{ type, loc: ['body', 'song'] }]);
  }
});

t.test('clients that prefer problems get problems', async (t) => {
  const { status, headers, body } = await call('GET', '/v1/tasks/abc?x=1', {
    headers: { accept: 'application/problem+json' },
  });
  t.equal(status, 422);
  t.equal(headers['content-type'], 'application/problem+json');
  t.match(body, {
    type: 'urn:setlist:error:validation_failed',
    title: 'Request validation failed',
    status: 422,
    instance: '/v1/tasks/abc',
    code: 'validation_failed',
    errors: [{ loc: ['path', 'id'] }, { loc: ['query', 'x'] }],
  });
});

t.test('the log contains internal details, and the response does not', async (t) => {
  await app.pg.query('ALTER TABLE songs RENAME COLUMN artist TO secret_column');
  const { status, text, body } = await call('GET', '/songs?q=x');
  await app.pg.query('ALTER TABLE songs RENAME COLUMN secret_column TO artist');
  t.equal(status, 500);
  t.match(body, { error: 'InternalError', code: 'internal_error', message: 'Internal server error' });
  t.notMatch(text, /artist|column|select|stack|\.ts|\.js/i);
  t.match(
    log.findLast(({ level }) => level === 50),
    { reqId: body.requestId, err: { code: '42703', stack: /readPage/ } },
  );
});

t.test('a client that disconnects is not a failure of the database', async (t) => {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = new URL(app.listeningOrigin);
  const arrived = once(app.server, 'request');
  const disconnected = new Promise((resolve) => {
    app.server.once('connection', (connection) => connection.once('close', resolve));
  });
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    'POST /songs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{',
  );
  await arrived;
  socket.resetAndDestroy();
  await disconnected;
  await new Promise(setImmediate);
  t.notMatch(JSON.stringify(log), /temporarily unavailable/);
});

t.test('errors of libraries keep their 4xx status and headers; others are 500', async (t) => {
  const app = Fastify();
  await app.register(validation, { models });
  await app.register(errors);
  app.get<{ Params: { status: number } }>('/:status', async ({ params }) => {
    throw Object.assign(new Error('internal detail'), {
      statusCode: Number(params.status),
      headers: { 'content-range': 'bytes */7' },
    });
  });
  for (const [thrown, status, code] of [
    [400, 400, 'malformed_request'],
    [403, 403, 'forbidden'],
    [404, 404, 'not_found'],
    [412, 412, 'precondition_failed'],
    [413, 413, 'body_too_large'],
    [415, 415, 'unsupported_media_type'],
    [416, 416, 'range_not_satisfiable'],
    [418, 400, 'malformed_request'],
    [500, 500, 'internal_error'],
    [502, 500, 'internal_error'],
    [200, 500, 'internal_error'],
  ] as const) {
    const response = await app.inject(`/${thrown}`);
    t.equal(response.statusCode, status, `${thrown}`);
    t.equal(response.json().code, code);
    t.equal(response.headers['content-range'], status < 500 ? 'bytes */7' : undefined);
    t.notMatch(response.payload, 'internal detail');
  }
});

t.test('an error that violates its schema is sent unchanged, without text of the validation', async (t) => {
  const app = Fastify();
  await app.register(validation, { models });
  await app.register(errors);
  await app.register(responseValidation, { models });
  const details = [{ type: 'x', loc: ['body', 1e12], msg: '' }];
  const response = { ...errorResponses(occurrence(MalformedJson)) };
  app.get('/', { schema: { response } }, async () => {
    throw new MalformedJson({ details });
  });
  const sent = await app.inject('/');
  t.equal(sent.statusCode, 400);
  t.match(sent.json(), { code: 'malformed_json', details });
});

t.test('an error has no headers of the success', async (t) => {
  const app = Fastify();
  await app.register(errors);
  const names = headersWith(({ isOfSuccess }) => isOfSuccess);
  t.ok(names.includes('ETag') && names.includes('Location'));
  app.get('/', async (_request, reply) => {
    for (const name of [...names, 'X-Other']) reply.header(name, '1');
    throw new MalformedJson();
  });
  const { statusCode, headers } = await app.inject('/');
  t.equal(statusCode, 400);
  t.equal(headers['x-other'], '1');
  for (const name of names) t.equal(headers[name.toLowerCase()], undefined, name);
});

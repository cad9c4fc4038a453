import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import type { Client } from '../support/client.ts';
import { startWithoutDatabase } from '../support/service.ts';

const { call, log } = await startWithoutDatabase(t);

t.test('every response has its id and its processing time', async (t) => {
  for (const url of ['/health', '/nowhere', '/songs/x', '/songs/%FF', '/openapi.yaml', '/docs']) {
    const { headers } = await call('GET', url);
    t.match(headers['x-request-id'], /^[0-9a-f-]{36}$/, url);
    t.match(headers['x-process-time'], /^\d+\.\d{4}$/, url);
  }
});

t.test('the id of the client is kept if it is safe for logs', async (t) => {
  const response = await call('GET', '/nowhere', { headers: { 'x-request-id': 'my-id:1.2_3' } });
  t.equal(response.headers['x-request-id'], 'my-id:1.2_3');
  t.equal(response.body.requestId, 'my-id:1.2_3');
  t.match(log.at(-1), { reqId: 'my-id:1.2_3', method: 'GET', url: '/nowhere', status: 404, msg: 'request' });
  for (const id of ['', 'a b', '<script>', 'x'.repeat(129)]) {
    const { headers } = await call('GET', '/health', { headers: { 'x-request-id': id } });
    t.match(headers['x-request-id'], /^[0-9a-f-]{36}$/, id);
  }
});

t.test('no header reveals the implementation, and security headers are set', async (t) => {
  const { headers } = await call('GET', '/health');
  t.equal(headers['x-powered-by'], undefined);
  t.equal(headers.server, undefined);
  t.match(headers, {
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  });
  t.equal(headers['strict-transport-security'], undefined, 'plain HTTP');
  const early = await call('GET', '/songs/%FF');
  for (const name of ['content-security-policy', 'x-frame-options', 'vary', 'cache-control'])
    t.equal(early.headers[name], headers[name], `${name}, before routing`);
});

t.test('HEAD has the response of GET without the body', async (t) => {
  const get = await call('GET', '/health');
  const head = await call('HEAD', '/health');
  t.equal(head.status, 200);
  t.equal(head.text, '');
  t.equal(head.headers['content-length'], get.headers['content-length']);
  t.equal(head.headers['content-type'], get.headers['content-type']);
});

t.test('only a trusted proxy can report that a request used https', async (t) => {
  const policy = async (client: Client, proto: string, url = '/health') =>
    (await client('GET', url, { headers: { 'x-forwarded-proto': proto } })).headers[
      'strict-transport-security'
    ];
  t.equal(await policy(call, 'https'), undefined, 'no proxy is trusted');
  const other = await startWithoutDatabase(t, { TRUST_PROXY: '10.0.0.1' });
  t.equal(await policy(other.call, 'https'), undefined, 'another proxy is trusted');

  const { call: trusting } = await startWithoutDatabase(t, { TRUST_PROXY: '10.0.0.1, loopback' });
  t.equal((await trusting('GET', '/health')).headers['strict-transport-security'], undefined);
  t.equal(await policy(trusting, 'http'), undefined);
  t.equal(await policy(trusting, 'https, http'), undefined, 'the value of the nearest proxy counts');
  t.equal(await policy(trusting, 'https'), 'max-age=31536000; includeSubDomains');
  t.match(await policy(trusting, 'https', '/nowhere'), /max-age=/, 'also on errors');
});

const VARYING = /^(x-request-id|x-process-time|date)$/;

/** The headers as lines, in one order, without those of the connection and without values that vary. */
const headerLines = (entries: [string, unknown][]) =>
  entries
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !/^(connection|keep-alive)$/.test(name))
    .map(([name, value]) => `${name}: ${VARYING.test(name) ? typeof value : value}`)
    .sort();

t.test('over a connection, responses have the headers of injected requests, each once', async (t) => {
  const { app } = await startWithoutDatabase(t, { TRUST_PROXY: 'loopback' });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  for (const url of ['/health', '/nowhere', '/songs/%FF', '/openapi.json', '/docs', '/redoc/redoc.js'])
    for (const method of ['GET', 'HEAD', 'OPTIONS'] as const)
      for (const proto of ['http', 'https']) {
        const headers = { 'x-forwarded-proto': proto, origin: 'https://myapp.com' };
        const request = httpRequest({ port, method, path: url, headers, agent: false }).end();
        const [response] = (await once(request, 'response')) as [IncomingMessage];
        response.resume();
        const { rawHeaders } = response;
        const sent = rawHeaders.flatMap((name, index): [string, string][] =>
          index % 2 === 0 ? [[name, String(rawHeaders[index + 1])]] : [],
        );
        const { headers: injected } = await app.inject({ method, url, headers });
        t.same(headerLines(sent), headerLines(Object.entries(injected)), `${method} ${url} over ${proto}`);
      }
});

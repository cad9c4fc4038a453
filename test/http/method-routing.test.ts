import { METHODS } from 'node:http';
import t from 'tap';
import { startWithoutDatabase } from '../support/service.ts';

const { call, app } = await startWithoutDatabase(t);

const ALLOWED = {
  '/songs': 'GET, HEAD, OPTIONS, POST',
  '/songs/1': 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT',
  '/tasks/1': 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT',
  '/health': 'GET, HEAD, OPTIONS',
  '/openapi.json': 'GET, HEAD, OPTIONS',
};

t.test('other methods of a known path are 405 with the exact Allow', async (t) => {
  for (const [url, allow] of Object.entries(ALLOWED)) {
    for (const method of METHODS) {
      if (allow.split(', ').includes(method) || method === 'CONNECT') continue;
      const { status, headers, body } = await call(method, `/v1${url}?x=1`, { payload: 'not JSON' });
      t.equal(status, 405, `${method} ${url}`);
      t.equal(headers.allow, allow);
      t.equal(body.code, 'method_not_allowed');
    }
  }
});

t.test('OPTIONS lists the same methods', async (t) => {
  for (const [url, allow] of Object.entries(ALLOWED)) {
    const { status, headers, text } = await call('OPTIONS', url);
    t.equal(status, 204);
    t.equal(headers.allow, allow);
    t.equal(
      headers['accept-patch'],
      allow.includes('PATCH') ? 'application/merge-patch+json, application/json' : undefined,
    );
    t.equal(text, '');
  }
});

t.test('an unknown path is 404 for every method, before its body is read', async (t) => {
  for (const method of METHODS) {
    if (method === 'CONNECT') continue;
    const { status } = await call(method, '/nowhere', {
      payload: '{',
      headers: { 'content-type': 'application/json' },
    });
    t.equal(status, 404, method);
  }
  for (const url of [
    '/songs/',
    '/v1/tasks/?limit=1',
    '/songs/1/',
    '/Songs',
    '//songs',
    '/v1/v1/songs',
    '/songs/1/2',
    '/docs/static/nothing.js',
  ]) {
    const { status, body } = await call('GET', url);
    t.equal(status, 404, url);
    t.match(body, { error: 'NotFoundError', code: 'not_found', message: 'Not found' });
  }
});

t.test('a long parameter does not hide a path', async (t) => {
  const url = `/songs/${'x'.repeat(5_000)}`;
  t.match(await call('POST', url), { status: 405, headers: { allow: ALLOWED['/songs/1'] } });
  t.equal((await call('GET', url)).status, 422);
});

t.test('a URL that cannot be decoded is 400', async (t) => {
  for (const url of ['/songs/%FF', '/songs/%ZZ', '/songs/%']) {
    t.match(await call('GET', url), { status: 400, body: { code: 'malformed_request' } }, url);
  }
});

t.test('the response to a preflight has Allow, too', async (t) => {
  const { status, headers } = await call('OPTIONS', '/songs', {
    headers: { origin: 'https://myapp.com', 'access-control-request-method': 'POST' },
  });
  t.equal(status, 204);
  t.equal(headers.allow, ALLOWED['/songs']);
  t.match(headers['access-control-allow-methods'], 'POST');
  t.ok(app.hasRoute({ method: 'GET', url: '/songs' }));
});

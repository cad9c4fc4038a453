import t from 'tap';
import { createSong, createTask, MISSING_ID, newTask, unique } from '../support/builders.ts';
import { nextPage } from '../support/client.ts';
import { runningService } from './service.ts';

const { base, call } = await runningService(t);

const cached = async (method: string, url: string, options = {}) =>
  (await call(method, url, options)).headers['cache-control'];

t.test('a read must be revalidated', async (t) => {
  const { url, etag } = await createTask(call);
  const read = 'private, no-cache, no-transform';
  for (const [path, expected] of [
    [url, read],
    ['/songs', 'private, no-cache'],
    ['/v1/tasks?limit=1', 'private, no-cache'],
  ] as const) {
    t.equal(await cached('GET', path), expected, path);
    t.equal(await cached('HEAD', path), expected, path);
  }
  const known = await call('GET', url, { headers: { 'if-none-match': etag } });
  t.match(known, { status: 304, headers: { 'cache-control': read, etag, vary: 'Origin, Accept' } });
});

t.test('the response to a write may not be stored', async (t) => {
  const { url } = await createTask(call);
  const written = 'no-store, no-transform';
  t.equal(await cached('POST', '/tasks', { json: newTask() }), written, 'its entity tag stays strong');
  t.equal(await cached('PATCH', url, { json: { done: true } }), written);
  t.equal(await cached('PUT', url, { json: newTask() }), written);
  t.equal(await cached('DELETE', url), 'no-store');
});

t.test('an error or a probe may not be stored', async (t) => {
  const { url } = await createTask(call);
  t.equal(await cached('GET', url, { headers: { 'if-match': '"x"' } }), 'no-store', 'a 412 of a read');
  t.equal(await cached('GET', `/tasks/${MISSING_ID}`), 'no-store', 'a 404');
  for (const path of ['/health', '/ready', '/nowhere', '/songs?x=1', '/songs/%', '/'])
    t.equal(await cached('GET', path), 'no-store', path);
  t.equal(await cached('TRACE', '/songs'), 'no-store', 'a 405');
  t.equal(await cached('OPTIONS', '/songs'), 'no-store');
});

t.test('documents and pages must be revalidated', async (t) => {
  for (const path of ['/openapi.json', '/openapi.yaml', '/docs', '/redoc'])
    t.equal(await cached('GET', path), 'no-cache', path);
});

t.test('every response varies by Origin and Accept', async (t) => {
  for (const origin of [undefined, 'https://myapp.com', 'https://elsewhere.example']) {
    const headers: Record<string, string> = origin === undefined ? {} : { origin };
    for (const path of ['/songs', `/songs/${MISSING_ID}`, '/nowhere', '/health', '/songs?x=1', '/songs/%'])
      t.equal((await call('GET', path, { headers })).headers.vary, 'Origin, Accept', `${path} ${origin}`);
  }
});

t.test('a resource that can be patched says how', async (t) => {
  const types = 'application/merge-patch+json, application/json';
  for (const url of [`/songs/${MISSING_ID}`, `/v1/tasks/${MISSING_ID}`]) {
    const payload = { payload: 'x', headers: { 'content-type': 'text/plain' } };
    t.match(await call('PATCH', url, payload), { status: 415, headers: { 'accept-patch': types } });
    t.match(await call('OPTIONS', url), { status: 204, headers: { 'accept-patch': types } });
    const put = await call('PUT', url, payload);
    t.equal(put.status, 415);
    t.equal(put.headers['accept-patch'], undefined, 'a PUT is no patch');
  }
  const preflight = await call('OPTIONS', `/songs/${MISSING_ID}`, {
    headers: { origin: 'https://myapp.com', 'access-control-request-method': 'PATCH' },
  });
  t.equal(preflight.headers['accept-patch'], types);
  t.match(preflight.headers['access-control-expose-headers'] ?? 'Accept-Patch', /Accept-Patch/);
  t.equal((await call('OPTIONS', '/songs')).headers['accept-patch'], undefined);
});

t.test(
  'Strict-Transport-Security is not sent over plain HTTP, even if an unknown client claims HTTPS',
  async (t) => {
    const claims: Record<string, string>[] = [{}, { 'x-forwarded-proto': 'https' }];
    for (const headers of claims) {
      for (const path of ['/songs', '/nowhere', '/docs', '/songs/%'])
        t.equal((await call('GET', path, { headers })).headers['strict-transport-security'], undefined, path);
    }
  },
);

t.test('a path with a trailing slash is unknown', async (t) => {
  for (const path of [
    '/songs/',
    '/v1/songs/',
    '/tasks/?limit=1',
    `/songs/${MISSING_ID}/`,
    `/v1/tasks/${MISSING_ID}/`,
    '/health/',
  ]) {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'POST', 'OPTIONS', 'TRACE']) {
      const { status, body } = await call(method, path);
      t.equal(status, 404, `${method} ${path}`);
      if (method !== 'HEAD') t.equal(body.code, 'not_found');
    }
  }
});

t.test('a PUT of a part of a resource is refused', async (t) => {
  const { url, item } = await createTask(call);
  const partial = { 'content-range': 'bytes 0-1/10' };
  const { status, body } = await call('PUT', url, { json: newTask(), headers: partial });
  t.equal(status, 400);
  t.match(body, { code: 'malformed_request', details: [{ loc: ['header', 'content-range'] }] });
  t.same((await call('GET', url)).body, item);
  const song = `/songs/${MISSING_ID}`;
  t.equal((await call('PUT', song, { json: {}, headers: partial })).status, 400);
});

t.test('a PATCH ignores Content-Range', async (t) => {
  const { url } = await createTask(call);
  const headers = { 'content-range': 'bytes 0-1/10' };
  t.equal((await call('PATCH', url, { json: {}, headers })).status, 200);
});

t.test('a link consists of the base, the path and the query, and of nothing else', async (t) => {
  const artist = unique('Linked');
  for (const song of ['a', 'b']) await createSong(call, { song, artist });
  const name = new URLSearchParams({ artist }).toString();
  for (const [target, start] of [
    [`/songs?${name}&limit=1`, '/songs?'],
    [`/v1/songs?${name}&limit=1`, '/v1/songs?'],
    [`/songs?${name}&limit=1#fragment`, '/songs?'],
    [`/v1/songs?${name}&limit=1#?x`, '/v1/songs?'],
    [`http://elsewhere.example/songs?${name}&limit=1`, '/songs?'],
    [`http://elsewhere.example/v1/songs?${name}&limit=1`, '/v1/songs?'],
  ] as const) {
    const page = await call('GET', target);
    t.equal(page.status, 200, target);
    const link = nextPage(page);
    t.ok(link.startsWith(start), `${target} → ${link}`);
    t.notMatch(link, /#|:\/\//);
    const query = new URL(link, base).searchParams;
    t.match(Object.fromEntries(query), { artist, limit: '1' });
    t.match((await call('GET', link)).body, [{ song: 'b' }]);
  }
});

t.test('the members of a failure are in the order type, loc, msg, input', async (t) => {
  for (const [url, json] of [
    ['/tasks', { title: '', more: 1 }],
    ['/songs', { song: 7 }],
    ['/songs', undefined],
  ] as const) {
    const { body } = await call('POST', url, { json, headers: { 'content-type': 'application/json' } });
    t.equal(body.code, 'validation_failed');
    for (const detail of body.details) t.same(Object.keys(detail), ['type', 'loc', 'msg', 'input']);
  }
  const problem = await call('GET', '/songs/x', { headers: { accept: 'application/problem+json' } });
  for (const detail of problem.body.errors) t.same(Object.keys(detail), ['type', 'loc', 'msg', 'input']);
});

import t from 'tap';
import { runningService } from './service.ts';

const { base, call } = await runningService(t);

t.test('the service is alive and ready', async (t) => {
  t.equal((await call('GET', '/health')).text, '{"status":"ok"}');
  t.equal((await call('GET', '/ready')).status, 200);
});

t.test('the docs and the document are there', async (t) => {
  for (const path of ['/docs', '/redoc']) {
    const response = await fetch(base + path);
    t.equal(response.status, 200, path);
    t.match(response.headers.get('content-type'), /^text\/html/);
  }
  const { body } = await call('GET', '/openapi.json');
  t.equal(body.info.title, 'Setlist');
  t.match((await call('GET', '/openapi.yaml')).text, /^openapi: 3\.1\.0/);
});

t.test('what is not there, not allowed or not acceptable says so', async (t) => {
  t.equal((await call('GET', '/nowhere')).status, 404);
  t.match(await call('TRACE', '/songs'), { status: 405, headers: { allow: 'GET, HEAD, OPTIONS, POST' } });
  t.match(await call('OPTIONS', '/songs'), { status: 204, headers: { allow: 'GET, HEAD, OPTIONS, POST' } });
  t.equal((await call('GET', '/songs', { headers: { accept: 'text/html' } })).status, 406);
  const plain = { payload: 'x', headers: { 'content-type': 'text/plain' } };
  t.equal((await call('POST', '/songs', plain)).status, 415);
  const large = {
    payload: `{"song":"${'x'.repeat(40_000)}"}`,
    headers: { 'content-type': 'application/json' },
  };
  t.equal((await call('POST', '/songs', large)).status, 413);
});

// The behaviour of connections, at the level of bytes.
import t from 'tap';
import { createTask, MISSING_ID, newTask, unique } from '../support/builders.ts';
import { statusesOf } from '../support/client.ts';
import { checkResponse } from '../support/contract.ts';
import { rawExchange, rawExchanges } from '../support/raw-exchange.ts';
import { runningService } from './service.ts';

const { base, call } = await runningService(t);
const port = Number(new URL(base).port);

const head = (method: string, url: string, ...lines: string[]) =>
  `${[`${method} ${url} HTTP/1.1`, 'host: setlist', ...lines].join('\r\n')}\r\n\r\n`;
const withBody = (method: string, url: string, body: string, ...lines: string[]) =>
  `${head(method, url, 'content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, ...lines)}${body}`;
const LAST = 'connection: close';

t.test('the response to a request comes before the error of the bytes behind it', async (t) => {
  for (let count = 0; count < 20; count++) {
    const { title } = newTask();
    const responses = await rawExchanges(port, `${withBody('POST', '/tasks', JSON.stringify({ title }))}}`);
    t.same(statusesOf(responses), [201, 400]);
    const task = JSON.parse(responses[0]?.text ?? '');
    t.equal(task.title, title);
    t.match(JSON.parse(responses[1]?.text ?? ''), { code: 'malformed_request' });
    t.equal(responses[1]?.headers.connection, 'close');
    t.equal((await call('DELETE', `/tasks/${task.id}`)).status, 204);
  }
});

t.test('the response to a write without a body comes before the error of the bytes behind it', async (t) => {
  const { url } = await createTask(call);
  const broken = `${head('DELETE', url, 'transfer-encoding: chunked')}ZZ\r\n`;
  t.same(statusesOf(await rawExchanges(port, broken)), [204]);
  t.equal((await call('GET', url)).status, 404);
});

t.test('a client that closes its half of the connection gets its responses', async (t) => {
  for (let count = 0; count < 20; count++) {
    const post = withBody('POST', '/tasks', JSON.stringify(newTask()));
    const [created, listed, ...rest] = await rawExchanges(port, post + head('GET', '/tasks?limit=1'), {
      halfClose: true,
    });
    t.equal(created?.status, 201);
    t.equal(listed?.status, 200);
    t.same(rest, []);
    t.equal((await call('DELETE', `/tasks/${JSON.parse(created?.text ?? '').id}`)).status, 204);
  }
});

t.test('a body that ends too early is an error', async (t) => {
  const bytes = withBody('POST', '/tasks', '{"title":"Never finished"}').slice(0, -3);
  const [response, ...rest] = await rawExchanges(port, bytes, { halfClose: true });
  t.equal(response?.status, 400);
  t.match(JSON.parse(response?.text ?? ''), { code: 'malformed_request' });
  t.same(rest, []);
});

t.test('requests of one connection take effect in their order', async (t) => {
  const { url } = await createTask(call);
  const put = (title: string) => withBody('PUT', url, JSON.stringify({ title }));
  for (let round = 0; round < 20; round++) {
    const titles = Array.from({ length: 4 }, (_, index) => `Title ${round}.${index}`);
    const [first = '', second = '', third = '', last = ''] = titles;
    const bytes = [put(first), head('GET', url), put(second), put(third), put(last), head('GET', url, LAST)];
    const responses = await rawExchanges(port, bytes.join(''));
    t.same(statusesOf(responses), [200, 200, 200, 200, 200, 200]);
    const seen = responses.map(({ text }) => JSON.parse(text).title);
    t.same(seen, [first, first, second, third, last, last]);
  }
  const bytes = head('DELETE', url) + head('GET', url);
  t.same(statusesOf(await rawExchanges(port, bytes, { halfClose: true })), [204, 404]);
});

t.test('a client that sends hundreds of requests at once gets hundreds of responses', async (t) => {
  const bytes = head('GET', '/songs?limit=1').repeat(1000) + head('GET', '/health', LAST);
  const responses = await rawExchanges(port, bytes);
  t.equal(responses.length, 1001);
  t.equal(responses.at(-1)?.text, '{"status":"ok"}');
  t.same(new Set(statusesOf(responses)), new Set([200]));
});

t.test('a request that is no valid HTTP gets an error in the shape of every error', async (t) => {
  for (const [bytes, status, code] of [
    ['GET /songs HTTP/1.1\r\n\r\n', 400, 'malformed_request'],
    ['GET /songs HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n', 400, 'malformed_request'],
    ['GET /songs HTTP/1.1\r\nhost: a b\r\n\r\n', 400, 'malformed_request'],
    ['GET /songs HTTP/1.1\r\nhost: a/c?d\r\n\r\n', 400, 'malformed_request'],
    [head('GET', 'songs'), 400, 'malformed_request'],
    [head('GET', '/songs/%zz'), 400, 'malformed_request'],
    [head('GET', '/v1/songs/%ff'), 400, 'malformed_request'],
    [head('GET', 'ftp://setlist/songs'), 400, 'malformed_request'],
    [head('GET', '/songs', 'expect: x'), 417, 'expectation_failed'],
    [`${head('POST', '/songs', 'transfer-encoding: gzip, chunked')}0\r\n\r\n`, 501, 'not_implemented'],
    ['CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\n\r\n', 501, 'not_implemented'],
    ['nonsense\r\n\r\n', 400, 'malformed_request'],
    [head('GET', '/songs', `x: ${'x'.repeat(20_000)}`), 431, 'headers_too_large'],
  ] as const) {
    const response = await rawExchange(port, bytes);
    const title = bytes.slice(0, 40);
    t.equal(response.status, status, title);
    t.match(JSON.parse(response.text), { code });
    t.equal(response.headers.connection, 'close');
    t.equal(response.headers['x-content-type-options'], 'nosniff');
    t.match(response.headers['content-security-policy'], "default-src 'none'");
    checkResponse('GET', '/nowhere', response);
  }
});

t.test('an error of the request line is readable for pages of allowed origins', async (t) => {
  const origin = 'https://myapp.com';
  for (const url of ['/songs/%zz', '/nowhere']) {
    const { headers } = await call('GET', url, { headers: { origin } });
    t.equal(headers['access-control-allow-origin'], origin, url);
    t.match(headers.vary, /Origin/);
  }
});

t.test('a target in absolute form is the same as its path', async (t) => {
  for (const [target, status] of [
    ['http://setlist/songs?limit=1', 200],
    ['http://setlist/v1/songs?limit=1', 200],
    [`HTTP://other.example:8080/v1/songs/${MISSING_ID}`, 404],
    ['http://setlist?x=1', 302],
  ] as const) {
    const response = await rawExchange(port, head('GET', target, LAST));
    t.equal(response.status, status, target);
  }
});

t.test('HTTP/1.0 needs no host', async (t) => {
  t.equal((await rawExchange(port, 'GET /health HTTP/1.0\r\n\r\n')).status, 200);
});

t.test('a client that expects 100-continue sends its body only if it is wanted', async (t) => {
  const body = JSON.stringify({ title: unique('Continued') });
  const wanted = await rawExchanges(port, withBody('POST', '/tasks', body, 'Expect: 100-Continue', LAST));
  t.same(statusesOf(wanted), [100, 201]);
  t.equal((await call('DELETE', `/tasks/${JSON.parse(wanted[1]?.text ?? '').id}`)).status, 204);
  const large = head(
    'POST',
    '/tasks',
    'content-type: application/json',
    'content-length: 10000000',
    'expect: 100-continue',
  );
  const refused = await rawExchanges(port, large);
  t.same(statusesOf(refused), [413]);
  const unknown = await rawExchanges(port, withBody('POST', '/nowhere', body, 'Expect: 100-continue', LAST));
  t.same(statusesOf(unknown), [404]);
});

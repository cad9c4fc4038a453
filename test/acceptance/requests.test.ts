// How requests are read: query strings, headers, bodies and numbers, on every kind of operation.
import t from 'tap';
import { runningService, unique } from './service.ts';

const { call } = await runningService(t);

const MALFORMED_QUERIES = [
  'artist=Bj%F6rk',
  'artist=%E2%82',
  'artist=%E2%82&song=%AC',
  '%zz',
  '%',
  'q=100%',
  'q=%4',
  'q=%C0%AF',
  'q=%E0%80%AF',
  'q=%ED%A0%80',
  'q=%ED%A0%BD%ED%B8%80',
  'q=%F4%90%80%80',
  'q=%FF',
];

t.test('a query string that cannot be decoded is 400 on every operation but the probes', async (t) => {
  const json = { song: 'a', artist: 'b' };
  for (const query of MALFORMED_QUERIES) {
    const answer = await call('GET', `/songs?${query}`);
    t.match(answer, { status: 400, body: { code: 'malformed_request' } }, query);
  }
  for (const collection of ['/songs', '/v1/tasks']) {
    for (const [method, path, options] of [
      ['GET', ''],
      ['HEAD', ''],
      ['POST', '', { json }],
      ['GET', '/1'],
      ['PUT', '/x', { json: {} }],
      ['PATCH', '/1', { json }],
      ['DELETE', '/1'],
    ] as const) {
      const answer = await call(method, `${collection}${path}?artist=Bj%F6rk`, options);
      t.equal(answer.status, 400, `${method} ${collection}${path}`);
    }
  }
  for (const path of ['/health', '/ready'])
    t.equal((await call('GET', `${path}?artist=Bj%F6rk`)).status, 200);
  t.equal((await call('GET', '/nowhere?artist=Bj%F6rk')).status, 404);
  t.equal((await call('TRACE', '/songs?artist=Bj%F6rk')).status, 405);
});

t.test('a query string is UTF-8 with percent escapes, and a plus is a blank', async (t) => {
  const artist = unique('Björk & 🎵 + 100%=');
  const { body } = await call('POST', '/songs', { json: { song: 'Jóga', artist } });
  const escaped = encodeURIComponent(artist);
  for (const text of [escaped, escaped.replaceAll('%20', '+'), escaped.toLowerCase().replace('bj', 'Bj')]) {
    t.same((await call('GET', `/songs?artist=${text}`)).body, [body.data], text);
  }
});

t.test('JSON is acceptable whatever its parameters, and an empty Accept takes all', async (t) => {
  const statusOf = async (url: string, accept: string) => {
    const { status, headers } = await call('GET', url, { headers: { accept } });
    return `${status} ${String(headers['content-type']).split(';', 1)[0]}`;
  };
  for (const accept of ['application/json; charset=utf-8', 'application/json;version=1', '']) {
    t.equal(await statusOf('/songs/1', accept), '200 application/json', accept);
    t.equal(await statusOf('/songs/2147483647', accept), '404 application/json', accept);
  }
  const problem = 'application/problem+json; charset=utf-8';
  t.equal(await statusOf('/songs/2147483647', problem), '404 application/problem+json');
  t.equal(await statusOf('/songs/1', 'application/json; charset=utf-8; q=0'), '406 application/json');
});

t.test('probes answer any Accept and any query', async (t) => {
  for (const accept of ['text/html', 'application/json;q=0', 'application/json; charset=utf-8', '']) {
    for (const path of ['/health', '/v1/ready']) {
      t.equal((await call('GET', `${path}?ts=1&ts=2`, { headers: { accept } })).status, 200, path + accept);
      t.equal((await call('HEAD', path, { headers: { accept } })).status, 200, path + accept);
    }
  }
});

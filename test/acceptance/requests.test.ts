// The parsing of requests: query strings, headers, bodies and numbers, for every kind of operation.
import t from 'tap';
import { createSong, MISSING_ID, unique } from '../support/builders.ts';
import { runningService } from './service.ts';

const { call } = await runningService(t);

const ONE = `/${MISSING_ID}`;

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
    const response = await call('GET', `/songs?${query}`);
    t.match(response, { status: 400, body: { code: 'malformed_request' } }, query);
  }
  for (const collection of ['/songs', '/v1/tasks']) {
    for (const [method, path, options] of [
      ['GET', ''],
      ['HEAD', ''],
      ['POST', '', { json }],
      ['GET', ONE],
      ['PUT', '/x', { json: {} }],
      ['PATCH', ONE, { json }],
      ['DELETE', ONE],
    ] as const) {
      const response = await call(method, `${collection}${path}?artist=Bj%F6rk`, options);
      t.equal(response.status, 400, `${method} ${collection}${path}`);
    }
  }
  for (const path of ['/health', '/ready'])
    t.equal((await call('GET', `${path}?artist=Bj%F6rk`)).status, 200);
  t.equal((await call('GET', '/nowhere?artist=Bj%F6rk')).status, 404);
  t.equal((await call('TRACE', '/songs?artist=Bj%F6rk')).status, 405);
});

t.test('a query string is UTF-8 with percent escapes, and a plus is a blank', async (t) => {
  const artist = unique('Björk & 🎵 + 100%=');
  const { item } = await createSong(call, { artist });
  const escaped = encodeURIComponent(artist);
  for (const text of [escaped, escaped.replaceAll('%20', '+'), escaped.toLowerCase().replace('bj', 'Bj')]) {
    t.same((await call('GET', `/songs?artist=${text}`)).body, [item], text);
  }
});

t.test('JSON is acceptable with any parameters, and an empty Accept takes all', async (t) => {
  const { url } = await createSong(call);
  const missing = `/songs${ONE}`;
  const statusOf = async (url: string, accept: string) => {
    const { status, headers } = await call('GET', url, { headers: { accept } });
    return `${status} ${String(headers['content-type']).split(';', 1)[0]}`;
  };
  for (const accept of ['application/json; charset=utf-8', 'application/json;version=1', '']) {
    t.equal(await statusOf(url, accept), '200 application/json', accept);
    t.equal(await statusOf(missing, accept), '404 application/json', accept);
  }
  const problem = 'application/problem+json; charset=utf-8';
  t.equal(await statusOf(missing, problem), '404 application/problem+json');
  t.equal(await statusOf(url, 'application/json; charset=utf-8; q=0'), '406 application/json');
});

t.test('probes accept any Accept and any query', async (t) => {
  for (const accept of ['text/html', 'application/json;q=0', 'application/json; charset=utf-8', '']) {
    for (const path of ['/health', '/v1/ready']) {
      t.equal((await call('GET', `${path}?ts=1&ts=2`, { headers: { accept } })).status, 200, path + accept);
      t.equal((await call('HEAD', path, { headers: { accept } })).status, 200, path + accept);
    }
  }
});

const JSON_TYPE = { 'content-type': 'application/json' };

t.test('every valid body fits, however it is escaped', async (t) => {
  const title = '😀'.repeat(200);
  const description = '😀'.repeat(2000);
  const ascii = JSON.stringify({ title, description, done: false }).replaceAll('😀', '\\ud83d\\ude00');
  t.ok(ascii.length > 26_400, 'two escapes for each character');
  const { status, headers, body } = await call('POST', '/tasks', { payload: ascii, headers: JSON_TYPE });
  t.equal(status, 201);
  t.match(body, { title, description });
  t.equal((await call('DELETE', String(headers.location))).status, 204);
});

t.test('a body that is not JSON is 400 with the offset of the error', async (t) => {
  for (const [payload, place] of [
    ['position 99999999999', 0],
    ['at position 7', 0],
    ['{"song": "Blinding', 9],
    ['{"song":"a","artist":"\\ud800"}', 22],
  ] as const) {
    const { status, body } = await call('POST', '/songs', { payload, headers: JSON_TYPE });
    t.equal(status, 400, payload);
    t.match(body, { code: 'malformed_json', details: [{ type: 'json_invalid', loc: ['body', place] }] });
  }
});

t.test('a body that nests deeply fails validation, with escaped characters or without', async (t) => {
  for (const text of ['"😀"', '"\\ud83d\\ude00"', '']) {
    const payload = '['.repeat(7000) + text + ']'.repeat(7000);
    t.equal((await call('POST', '/songs', { payload, headers: JSON_TYPE })).status, 422, text);
  }
});

t.test('content codings ignore case', async (t) => {
  const withCoding = (coding: string) =>
    call('POST', '/songs', { payload: '{}', headers: { ...JSON_TYPE, 'content-encoding': coding } });
  for (const coding of ['Identity', 'IDENTITY', 'identity']) t.equal((await withCoding(coding)).status, 422);
  t.match(await withCoding('gzip'), { status: 415, headers: { 'accept-encoding': 'identity' } });
});

t.test('an integer of a body is any JSON number without a fraction, in double precision', async (t) => {
  for (const [year, stored] of [
    ['-0', 0],
    ['-0.0', 0],
    ['0e9', 0],
    ['1e0', 1],
    ['1.0', 1],
    ['10e-1', 1],
    ['2147483647.0', 2_147_483_647],
    ['1.000000000000000005', 1],
  ] as const) {
    const payload = `{"song":"${unique('Number')}","artist":"a","year":${year}}`;
    const { status, text, body } = await call('POST', '/songs', { payload, headers: JSON_TYPE });
    t.equal(status, 201, year);
    t.match(text, `"year":${stored},`, year);
    t.equal((await call('DELETE', `/songs/${body.data.id}`)).status, 204);
  }
});

t.test('a number of a body with a fraction, or out of bounds, fails validation', async (t) => {
  for (const [year, type] of [
    ['1.5', 'int_from_float'],
    ['1e-1', 'int_from_float'],
    ['2147483648', 'less_than_equal'],
    ['-2147483648', 'greater_than_equal'],
    ['1e400', 'finite_number'],
    ['"1"', 'int_type'],
  ] as const) {
    const payload = `{"song":"a","artist":"a","year":${year}}`;
    const { status, body } = await call('POST', '/songs', { payload, headers: JSON_TYPE });
    t.match({ status, body }, { status: 422, body: { details: [{ type, loc: ['body', 'year'] }] } }, year);
  }
});

t.test('an integer of a path or query is decimal digits', async (t) => {
  const { id, item } = await createSong(call, { year: 0 });
  const found = `/songs?song=${encodeURIComponent(item.song)}&year=`;
  for (const year of ['0', '-0', '00']) t.same((await call('GET', found + year)).body, [item], year);
  for (const path of [`${id}`, `0${id}`, `000${id}`]) {
    t.same((await call('GET', `/songs/${path}`)).body, item, path);
  }
});

t.test('an integer of a path or query in any other form fails validation', async (t) => {
  for (const text of ['1.0', '+1', '%2B1', '1e0', '0x1', '1.000000000000000005', '%201', '1%20', '٣']) {
    const value = encodeURI(decodeURI(text));
    for (const [url, loc] of [
      [`/songs/${value}`, ['path', 'id']],
      [`/songs?year=${value}`, ['query', 'year']],
    ] as const) {
      const response = await call('GET', url);
      t.match(response, { status: 422, body: { details: [{ type: 'int_parsing', loc }] } }, url);
    }
  }
  for (const value of ['2147483648', '99999999999999999999']) {
    for (const url of [`/songs/${value}`, `/songs?year=${value}`]) {
      t.match(await call('GET', url), { status: 422, body: { details: [{ type: 'less_than_equal' }] } }, url);
    }
  }
  t.match(await call('GET', '/songs/-0'), {
    status: 422,
    body: { details: [{ type: 'greater_than_equal' }] },
  });
});

import t from 'tap';
import { startWithoutDatabase } from '../support/service.ts';

const { call } = await startWithoutDatabase(t);
const JSON_TYPE = { 'content-type': 'application/json' };

t.test('invalid JSON is 400', async (t) => {
  for (const payload of [
    '{',
    '{"title":}',
    'title',
    '{"a":1}}',
    '\ufeff{}',
    "{'a':1}",
    '[1,]',
    '{"a":\u00001}',
  ]) {
    const { status, body } = await call('POST', '/tasks', { payload, headers: JSON_TYPE });
    t.equal(status, 400, payload);
    t.match(body, {
      code: 'malformed_json',
      details: [{ type: 'json_invalid', loc: ['body'], msg: 'JSON decode error' }],
    });
  }
});

t.test('text that cannot be stored unchanged is 400', async (t) => {
  const latin1 = await call('POST', '/tasks', {
    payload: Buffer.from('{"title":"\xe9"}', 'latin1'),
    headers: JSON_TYPE,
  });
  t.match(latin1, {
    status: 400,
    body: { code: 'malformed_json', details: [{ msg: 'The body is not valid UTF-8' }] },
  });
  for (const payload of ['{"title":"\\ud800"}', '{"\\uDFFF":1}', '{"title":"\\udc00\\ud800"}']) {
    t.match(await call('POST', '/tasks', { payload, headers: JSON_TYPE }), { status: 400 }, payload);
  }
  const pair = await call('POST', '/tasks', {
    payload: '{"title":"\\ud83c\\udfb5","done":0}',
    headers: JSON_TYPE,
  });
  t.match(pair, { status: 422, body: { details: [{ loc: ['body', 'done'] }] } }, 'a complete pair is valid');
});

t.test('the location of invalid JSON is the offset of the first invalid token', async (t) => {
  for (const [payload, place] of [
    ['position 99999999999', 0],
    ['position 5', 0],
    ['{"song": "Blinding', 9],
    ['{"a":1,}', 7],
    ['{"a":1}}', 7],
    ['{"a":1}/**/', 7],
    ['[01]', 2],
    ['["\t"]', 1],
    [' ', 1],
    ['{"🎵":x}', 6],
    ['{"a":"\\ud83d\\ude00\\\\ud800\\ud800"}', 25],
  ] as const) {
    const { status, body } = await call('POST', '/tasks', { payload, headers: JSON_TYPE });
    t.equal(status, 400, payload);
    t.match(
      body,
      { code: 'malformed_json', details: [{ type: 'json_invalid', loc: ['body', place] }] },
      payload,
    );
  }
});

t.test('at any nesting depth, JSON is 422 and anything else is 400', async (t) => {
  const { call } = await startWithoutDatabase(t, { BODY_LIMIT: '1000000' });
  const nested = (inner: string, depth: number) => '['.repeat(depth) + inner + ']'.repeat(depth);
  for (const depth of [100, 7000, 400_000]) {
    for (const inner of ['', '"🎵"', '"\\ud83d\\ude00"', '{"\\ud83d\\ude00":"\\\\ud800"}']) {
      const response = await call('POST', '/tasks', { payload: nested(inner, depth), headers: JSON_TYPE });
      t.equal(response.status, 422, `${depth} around ${inner}`);
    }
    for (const inner of ['"\\ud83d"', '"\\ude00\\ud83d"', 'x']) {
      const response = await call('POST', '/tasks', { payload: nested(inner, depth), headers: JSON_TYPE });
      t.equal(response.status, 400, `${depth} around ${inner}`);
    }
    const objects = `${'{"title":'.repeat(depth / 10)}"\\ud83d\\ude00"${'}'.repeat(depth / 10)}`;
    t.equal((await call('PATCH', '/tasks/1', { payload: objects, headers: JSON_TYPE })).status, 422);
  }
});

t.test('a missing body is a missing field', async (t) => {
  for (const headers of [{}, JSON_TYPE]) {
    const { status, body } = await call('POST', '/tasks', { headers });
    t.equal(status, 422);
    t.same(body.details, [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }]);
  }
  const nothing = await call('POST', '/tasks', { payload: 'null', headers: JSON_TYPE });
  t.match(nothing.body.details, [{ type: 'model_attributes_type', loc: ['body'], input: null }]);
});

t.test('a body of another type, charset or coding is 415', async (t) => {
  for (const headers of [
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-type': 'application/json; charset="latin1"' },
    { 'content-type': 'application/jsonp' },
    { 'content-type': 'application/merge-patch+json' },
    { 'content-type': 'json' },
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  ] as Record<string, string>[]) {
    const { status, body } = await call('POST', '/songs', { payload: '{"song":"a","artist":"b"}', headers });
    t.equal(status, 415, JSON.stringify(headers));
    t.equal(body.code, 'unsupported_media_type');
  }
  const headers = { 'content-type': 'Application/JSON ; Charset="UTF-8"', 'content-encoding': 'identity' };
  t.equal(
    (await call('POST', '/songs', { payload: '{}', headers })).status,
    422,
    'an explicit charset UTF-8 is accepted',
  );
});

t.test('content codings ignore case, and identity is the only one', async (t) => {
  const withCoding = (coding: string) =>
    call('POST', '/songs', { payload: '{}', headers: { ...JSON_TYPE, 'content-encoding': coding } });
  for (const coding of ['identity', 'Identity', 'IDENTITY', 'identity, Identity', ' identity ,', '']) {
    t.equal((await withCoding(coding)).status, 422, coding);
  }
  for (const coding of ['gzip', 'identity, gzip', 'br', 'identities', 'x', 'identity;q=1']) {
    const { status, headers } = await withCoding(coding);
    t.equal(status, 415, coding);
    t.equal(headers['accept-encoding'], 'identity', coding);
  }
  const { headers } = await call('POST', '/songs', {
    payload: '{}',
    headers: { 'content-type': 'text/plain' },
  });
  t.notOk('accept-encoding' in headers, 'only if the coding was the reason');
});

t.test('a body over the limit is 413', async (t) => {
  const payload = JSON.stringify({ title: 'x'.repeat(32_768) });
  const { status, body } = await call('POST', '/tasks', { payload, headers: JSON_TYPE });
  t.equal(status, 413);
  t.equal(body.code, 'body_too_large');
});

t.test('members that poison prototypes are unknown fields like others', async (t) => {
  const payload = '{"title":"a","__proto__":{"done":true},"constructor":{"prototype":1}}';
  const { status, body } = await call('POST', '/tasks', { payload, headers: JSON_TYPE });
  t.equal(status, 422);
  t.same(
    body.details.map(({ type, loc }: { type: string; loc: string[] }) => [type, loc[1]]),
    [
      ['extra_forbidden', '__proto__'],
      ['extra_forbidden', 'constructor'],
    ],
  );
});

t.test('the rejection of the worst body is cheap, in time and size', async (t) => {
  const { call } = await startWithoutDatabase(t, { BODY_LIMIT: '65536' });
  const fill = (unit: (index: number) => string, open: string, close: string) => {
    let body = open;
    for (let index = 0; body.length < 65_000; index++) body += (index === 0 ? '' : ',') + unit(index);
    return body + close;
  };
  const bodies = [
    fill((index) => `"${index}":0`, '{', '}'),
    fill((index) => `"${'k'.repeat(300)}${index}":"${'v'.repeat(300)}"`, '{', '}'),
    fill(() => '[]', '[', ']'),
    '['.repeat(32_000) + ']'.repeat(32_000),
    `{"title":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
    `{"title":"${'\\u0000'.repeat(10_000)}"}`,
    `{"title":"${'\\ud800'.repeat(10_000)}"}`,
    'x'.repeat(65_000),
  ];
  for (const payload of bodies) {
    const { status, text } = await call('POST', '/tasks', { payload, headers: JSON_TYPE });
    t.ok(status === 422 || status === 400, `${status} for ${payload.slice(0, 20)}`);
    t.ok(text.length < 32 * 1024, `${text.length} bytes`);
  }
  const many = await call('POST', '/tasks', { payload: bodies[0] ?? '', headers: JSON_TYPE });
  t.match(many.body, { truncated: true, details: { length: 100 } });
});

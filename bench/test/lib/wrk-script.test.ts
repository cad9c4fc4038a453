import t from 'tap';
import { wrkScript } from '../../lib/load/wrk-script.ts';

t.test('wrk builds equal requests itself', async (t) => {
  t.equal(wrkScript({ method: 'GET', path: '/songs?limit=20' }, 1), 'wrk.method = "GET"\n');
});

t.test('a random number is inserted into the path', async (t) => {
  const script = wrkScript(
    { method: 'GET', path: '/songs?artist=Artist%20{n}&limit=20', numbers: { random: { from: 1, to: 9 } } },
    7,
  );
  t.match(script, 'math.randomseed(7)');
  t.match(script, 'return math.random(1, 9)');
  t.match(
    script,
    'wrk.format(nil, "/songs?artist=Artist%20" .. string.format("%d", n) .. "&limit=20", nil, nil)',
  );
});

t.test('a body is JSON with a counter', async (t) => {
  const script = wrkScript(
    { method: 'POST', path: '/songs', body: '{"song":"{n}"}', numbers: { countFrom: 500 } },
    7,
  );
  t.match(script, 'wrk.method = "POST"');
  t.match(script, 'wrk.headers["Content-Type"] = "application/json"');
  t.match(script, 'local next_number_last = 500');
  t.match(
    script,
    String.raw`wrk.format(nil, "/songs", nil, "{\"song\":\"" .. string.format("%d", n) .. "\"}")`,
  );
});

t.test('headers may contain the number', async (t) => {
  const headers = { 'Idempotency-Key': 'key-{n}' };
  const numbered = wrkScript({ method: 'POST', path: '/songs', headers, numbers: { countFrom: 0 } }, 7);
  t.match(numbered, '  wrk.headers["Idempotency-Key"] = "key-" .. string.format("%d", n) .. ""');
  const fixed = wrkScript({ method: 'GET', path: '/songs', headers: { Accept: 'text/csv' } }, 7);
  t.equal(fixed, 'wrk.method = "GET"\nwrk.headers["Accept"] = "text/csv"\n');
});

t.test('the kind of each request is random, by its share', async (t) => {
  const script = wrkScript(
    [
      {
        percent: 75,
        requests: { method: 'GET', path: '/songs/{n}', numbers: { random: { from: 4, to: 9 } } },
      },
      {
        percent: 25,
        requests: { method: 'POST', path: '/songs', body: '{"song":"{n}"}', numbers: { countFrom: 7 } },
      },
    ],
    3,
  );
  t.match(script, 'if draw < 75 then return request_0() end');
  t.match(script, 'if draw < 100 then return request_1() end');
  t.match(script, 'return wrk.format("GET", "/songs/" .. string.format("%d", n) .. "", plain, nil)');
  t.match(script, 'return wrk.format("POST", "/songs", json, ');
  t.match(script, /next_number_0\(\)\n {2}return math.random\(4, 9\)/);
  t.match(script, 'local next_number_1_last = 7');
});

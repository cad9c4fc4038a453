import t from 'tap';
import { wrkScript } from '../../../bench/self/wrk-script.ts';

t.test('requests that are all the same are left to wrk', async (t) => {
  t.equal(wrkScript({ method: 'GET', path: '/songs?limit=20' }, 1), 'wrk.method = "GET"\n');
});

t.test('a random number takes its place in the path', async (t) => {
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

t.test('a body is JSON, with a number that is counted up', async (t) => {
  const script = wrkScript(
    { method: 'POST', path: '/songs', body: '{"song":"{n}"}', numbers: { countFrom: 500 } },
    7,
  );
  t.match(script, 'wrk.method = "POST"');
  t.match(script, 'wrk.headers["Content-Type"] = "application/json"');
  t.match(script, 'local number = 500');
  t.match(
    script,
    String.raw`wrk.format(nil, "/songs", nil, "{\"song\":\"" .. string.format("%d", n) .. "\"}")`,
  );
});

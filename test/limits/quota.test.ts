import t from 'tap';
import { readConfig } from '../../src/config.ts';
import { LocalLimiter } from '../../src/limits/local-limiter.ts';
import { addressOf } from '../../src/limits/plugin.ts';
import { decide, readQuota } from '../../src/limits/quota.ts';

t.test('a quota allows its burst at once, then its rate', async (t) => {
  const quota = { limit: 10, period: 1000, burst: 3 };
  let arrival = 0;
  const send = (now: number) => {
    const decision = decide(quota, arrival, now);
    arrival = decision.arrival;
    return decision.verdict;
  };
  t.same(send(0), { isAllowed: true, remaining: 2, reset: 100, retry: 0 });
  t.same(send(0), { isAllowed: true, remaining: 1, reset: 200, retry: 0 });
  t.same(send(0), { isAllowed: true, remaining: 0, reset: 300, retry: 0 });
  t.same(send(0), { isAllowed: false, remaining: 0, reset: 300, retry: 100 });
  t.same(send(40), { isAllowed: false, remaining: 0, reset: 260, retry: 60 });
  t.same(send(100), { isAllowed: true, remaining: 0, reset: 300, retry: 0 });
  t.same(send(1000), { isAllowed: true, remaining: 2, reset: 100, retry: 0 }, 'an unused quota');
});

t.test('in any period, a client gets at most its burst and its rate', async (t) => {
  const quota = { limit: 100, period: 10_000, burst: 20 };
  let [arrival, allowed] = [0, 0];
  for (let now = 0; now < 60_000; now += 7) {
    const decision = decide(quota, arrival, now);
    arrival = decision.arrival;
    if (decision.verdict.isAllowed) allowed++;
  }
  t.equal(allowed, 20 + 600 - 1);
});

t.test('clients have quotas of their own, and a look counts nothing', async (t) => {
  const limiter = new LocalLimiter({ limit: 1, period: 60_000, burst: 2 });
  t.match(limiter.count('a'), { isAllowed: true, remaining: 1 });
  for (let n = 0; n < 3; n++) t.match(limiter.count('a', 0), { isAllowed: true, remaining: 1 });
  t.match(limiter.count('a'), { isAllowed: true, remaining: 0 });
  t.match(limiter.count('a'), { isAllowed: false });
  t.match(limiter.count('b'), { isAllowed: true, remaining: 1 });
});

t.test('a client is forgotten only when its quota is unused', async (t) => {
  const limiter = new LocalLimiter({ limit: 2, period: 200, burst: 2 });
  limiter.count('a');
  limiter.count('a');
  t.match(limiter.count('a'), { isAllowed: false });
  await new Promise((resolve) => setTimeout(resolve, 120));
  t.match(limiter.count('a'), { isAllowed: true, remaining: 0 }, 'one request after half of the period');
  await new Promise((resolve) => setTimeout(resolve, 450));
  t.match(limiter.count('b'), { remaining: 1 });
  t.match(limiter.count('a'), { isAllowed: true, remaining: 1 });
});

t.test('the memory of clients is bounded', async (t) => {
  const limiter = new LocalLimiter({ limit: 1, period: 60_000, burst: 1 });
  for (let n = 0; n < 250_000; n++) limiter.count(`client ${n}`);
  t.match(limiter.count('client 249999'), { isAllowed: false }, 'the last ones are remembered');
  t.match(limiter.count('client 0'), { isAllowed: true }, 'the first ones are not');
});

t.test('RATE_LIMIT is off, or requests per seconds with a burst', async (t) => {
  t.equal(readQuota('off'), undefined);
  t.same(readQuota('600/60'), { limit: 600, period: 60_000, burst: 600 });
  t.same(readQuota('10/1/50'), { limit: 10, period: 1000, burst: 50 });
  for (const text of [
    'on',
    '600',
    '0/60',
    '600/0',
    '600/60/',
    '600/60/0',
    '-1/60',
    '1e3/60',
    '6/60/6/6',
    '1/90000',
    ' 600/60',
  ]) {
    t.throws(
      () => readConfig({ RATE_LIMIT: text }),
      { message: /^RATE_LIMIT must be off, or requests\/seconds/ },
      text,
    );
  }
  t.equal(
    readConfig({ REDIS_URL: 'redis://user:secret@cache:6379/1' }).limits.redisUrl,
    'redis://user:secret@cache:6379/1',
  );
  for (const url of ['cache:6379', 'http://cache', 'redis']) {
    t.throws(() => readConfig({ REDIS_URL: url }), { message: /^REDIS_URL must be a URL/ });
  }
});

t.test('addresses of one IPv6 network are one client', async (t) => {
  for (const [ip, address] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:1:2:ffff::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ] as const) {
    t.equal(addressOf({ ip }), address);
  }
});

import t from 'tap';
import { newTask } from '../support/builders.ts';
import { acceptingKeys, authenticated, bearer, testKey } from '../support/credentials.ts';
import { startService, startWithoutDatabase } from '../support/service.ts';

t.test('a caller that has used its quota gets 429', async (t) => {
  const keys = [testKey('ada', ['tasks:read', 'tasks:write']), testKey('bob', ['tasks:read'])] as const;
  const { call } = await startService(t, { ...acceptingKeys(...keys), RATE_LIMIT: '3/60' });
  const [ada, bob] = keys.map(({ key }) => authenticated(call, key));
  const first = await ada?.('GET', '/tasks');
  t.equal(first?.headers['ratelimit-policy'], '"default";q=3;w=60');
  t.match(first?.headers.ratelimit, /^"default";r=2;t=(1\d|20)$/);
  t.equal((await ada?.('POST', '/tasks', { json: newTask() }))?.status, 201);
  t.equal((await ada?.('GET', '/v1/tasks/x'))?.status, 422, 'invalid requests count');
  const limited = await ada?.('POST', '/tasks', { json: newTask() });
  t.equal(limited?.status, 429);
  t.match(limited?.body, { error: 'RateLimitError', code: 'rate_limited' });
  t.match(limited?.headers['retry-after'], /^(1\d|20)$/);
  t.match(limited?.headers.ratelimit, /^"default";r=0;t=(5\d|60)$/);
  t.equal((await bob?.('GET', '/tasks'))?.status, 200, 'another caller is not limited');
  t.equal((await bob?.('POST', '/tasks', { json: newTask() }))?.status, 403);
  t.equal((await call('GET', '/health')).headers.ratelimit, undefined, 'probes are not limited');
});

t.test('invalid credentials of an address are limited before they are verified', async (t) => {
  const key = testKey('ada', ['songs:read']);
  const { call, log } = await startWithoutDatabase(t, { ...acceptingKeys(key), RATE_LIMIT: '3/60' });
  for (let n = 0; n < 3; n++)
    t.equal((await call('GET', '/me', { headers: bearer(`guess${n}`) })).status, 401);
  const limited = await call('GET', '/me', { headers: bearer('guess4') });
  t.equal(limited.status, 429);
  t.match(limited.headers['retry-after'], /^(1\d|20)$/);
  t.equal(
    (await call('GET', '/me', { headers: bearer(key.key) })).status,
    429,
    'also valid ones of this address',
  );
  t.notOk(log.at(-1)?.refused);
});

t.test('without authentication, addresses are limited', async (t) => {
  const { call } = await startWithoutDatabase(t, { RATE_LIMIT: '2/60', TRUST_PROXY: 'loopback' });
  const me = (address: string) =>
    call('GET', '/me', { headers: { 'x-user-id': 'ada', 'x-forwarded-for': address } });
  t.equal((await me('192.0.2.1')).status, 200);
  t.equal((await me('192.0.2.1')).status, 200);
  t.equal((await me('192.0.2.1')).status, 429);
  t.equal((await me('192.0.2.2')).status, 200);
  t.equal((await me('192.0.2.9, 192.0.2.1')).status, 429, 'a client cannot choose its address');
});

t.test('unknown paths and methods are limited, preflight requests are not', async (t) => {
  const { call } = await startWithoutDatabase(t, { RATE_LIMIT: '2/60' });
  t.equal((await call('GET', '/nowhere')).status, 404);
  t.equal((await call('DELETE', '/songs')).status, 405);
  t.equal((await call('GET', '/nowhere')).status, 429);
  t.equal((await call('OPTIONS', '/songs')).status, 204);
});

t.test('without a limit, responses have no quota', async (t) => {
  const { call } = await startWithoutDatabase(t);
  const { headers } = await call('GET', '/me', { headers: { 'x-user-id': 'ada' } });
  t.equal(headers.ratelimit, undefined);
  t.equal(headers['ratelimit-policy'], undefined);
});

t.test('without a Redis, an instance limits by itself', async (t) => {
  const { call, log } = await startService(t, { RATE_LIMIT: '2/60', REDIS_URL: 'redis://127.0.0.1:1' });
  const statuses: number[] = [];
  for (let n = 0; n < 4; n++) statuses.push((await call('GET', '/tasks')).status);
  t.same(statuses, [200, 200, 429, 429]);
  t.equal(log.filter(({ msg }) => /Redis is unavailable/.test(String(msg))).length, 1);
});

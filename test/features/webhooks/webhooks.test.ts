import t from 'tap';
import { MISSING_ID } from '../../support/builders.ts';
import { nextPage, readPages } from '../../support/client.ts';
import { acceptingKeys, authenticated, testKey } from '../../support/credentials.ts';
import { startService } from '../../support/service.ts';
import { createWebhook } from './service.ts';

const url = 'https://receiver.example/hooks';

t.test('a webhook is created, read, changed and deleted; its secret is shown once', async (t) => {
  const { call } = await startService(t);
  const { path, secret, response } = await createWebhook(call, { url });
  t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  t.match(response.body, { url, eventTypes: ['*'], description: '', enabled: true, failingSince: null });
  const { body, headers } = await call('GET', path);
  const { secret: _, ...shown } = response.body;
  t.same(body, shown);
  t.equal(headers.etag, response.headers.etag);
  t.equal((await call('GET', path, { headers: { 'if-none-match': String(headers.etag) } })).status, 304);

  const changed = await call('PATCH', path, {
    json: { eventTypes: ['song.created', 'task.*'], description: 'Search' },
    headers: { 'if-match': String(headers.etag) },
  });
  t.match(changed.body, {
    url,
    eventTypes: ['song.created', 'task.*'],
    description: 'Search',
    enabled: true,
  });
  const stale = { 'if-match': String(headers.etag) };
  t.equal((await call('PATCH', path, { json: {}, headers: stale })).status, 412);
  t.equal((await call('DELETE', path, { headers: stale })).status, 412);
  t.equal(
    (await call('DELETE', path, { headers: { 'if-none-match': String(changed.headers.etag) } })).status,
    412,
  );
  t.equal((await call('DELETE', path)).status, 204);
  t.equal((await call('DELETE', path)).status, 404);
});

t.test('pages of webhooks, oldest first', async (t) => {
  const { call } = await startService(t);
  const ids = [];
  for (let index = 0; index < 5; index++)
    ids.push((await createWebhook(call, { url: `${url}/${index}` })).response.body.id);
  const page = await call('GET', '/webhooks?limit=2');
  t.match(nextPage(page), /^\/webhooks\?limit=2&cursor=\d+$/);
  const rows = await readPages(call, '/webhooks?limit=2');
  t.same(
    rows.map(({ id }) => id),
    ids,
  );
  t.notOk(rows.some((row) => 'secret' in row));
  for (const cursor of ['2150000000', '999999999999999'])
    t.same((await call('GET', `/webhooks?cursor=${cursor}`)).body, [], 'above the largest id');
});

t.test('pages of deliveries, newest first', async (t) => {
  const { app, call } = await startService(t);
  const { path, response } = await createWebhook(call, { url });
  await app.pg.query(
    `INSERT INTO webhook_deliveries (webhook_id, position, event, type, subject, body, status)
     SELECT $1, n, gen_random_uuid(), 'song.created', '/songs/' || n, '', CASE n WHEN 3 THEN 'failed' ELSE 'pending' END
     FROM generate_series(1, 5) AS n`,
    [response.body.id],
  );
  const rows = await readPages(call, `${path}/deliveries?limit=2`);
  t.same(
    rows.map(({ id }) => id),
    [5, 4, 3, 2, 1],
  );
  t.same(
    (await call('GET', `${path}/deliveries?status=failed`)).body.map(({ id }: { id: number }) => id),
    [3],
  );
  t.equal((await call('GET', `/webhooks/${MISSING_ID}/deliveries`)).status, 404);
});

t.test('callers see their own webhooks, up to a number', async (t) => {
  const scopes = ['webhooks:read', 'webhooks:write'];
  const [ada, bob] = [testKey('ada', scopes), testKey('bob', scopes)];
  const { call } = await startService(t, { ...acceptingKeys(ada, bob), WEBHOOKS_MAX: '2' });
  const [asAda, asBob] = [authenticated(call, ada.key), authenticated(call, bob.key)];
  const { path } = await createWebhook(asAda, { url });
  await createWebhook(asAda, { url });
  const refused = await asAda('POST', '/webhooks', { json: { url } });
  t.match(refused, { status: 409, body: { code: 'webhook_limit_reached' } });
  t.same((await asBob('GET', '/webhooks')).body, []);
  const concurrent = await Promise.all(
    Array.from({ length: 10 }, () => asBob('POST', '/webhooks', { json: { url } })),
  );
  t.equal(concurrent.filter(({ status }) => status === 201).length, 2, 'concurrent creates count each other');
  for (const row of (await asBob('GET', '/webhooks')).body)
    t.equal((await asBob('DELETE', `/webhooks/${row.id}`)).status, 204);
  for (const [method, target] of [
    ['GET', path],
    ['DELETE', path],
    ['POST', `${path}/rotate-secret`],
    ['GET', `${path}/deliveries`],
  ] as const)
    t.equal((await asBob(method, target)).status, 404, `${method} ${target}`);
  t.equal((await asBob('PATCH', path, { json: { enabled: false } })).status, 404);
});

t.test('URLs that are not public are refused', async (t) => {
  const { call } = await startService(t);
  const { path } = await createWebhook(call, { url });
  for (const refused of [
    'http://receiver.example/',
    'https://localhost/',
    'https://169.254.169.254/',
    'https://[::1]/',
  ]) {
    const created = await call('POST', '/webhooks', { json: { url: refused } });
    t.match(created, { status: 409, body: { code: 'webhook_url_refused' } }, refused);
    t.equal((await call('PATCH', path, { json: { url: refused } })).status, 409, refused);
  }
  for (const invalid of [
    'ftp://receiver.example/',
    'https://user:password@receiver.example/',
    'https://a.example/#b',
  ])
    t.equal((await call('POST', '/webhooks', { json: { url: invalid } })).status, 422, invalid);
  for (const eventTypes of [[], ['song'], ['song.sung'], ['venue.*'], '*'])
    t.equal((await call('POST', '/webhooks', { json: { url, eventTypes } })).status, 422);
});

t.test('a warning tells that private addresses are allowed', async (t) => {
  const { log } = await startService(t, { WEBHOOKS_ALLOW_PRIVATE: 'true' });
  t.ok(log.some(({ level, msg }) => level === 40 && /^WEBHOOKS_ALLOW_PRIVATE is on/.test(String(msg))));
});

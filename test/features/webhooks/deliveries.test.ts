import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { createSong, createTask } from '../../support/builders.ts';
import { acceptingKeys, authenticated, testKey } from '../../support/credentials.ts';
import { type Received, startReceiver } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';
import { createWebhook, startSending } from './service.ts';

const verify = (secret: string, { body, headers }: Received) =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

const typesOf = (received: readonly Received[]) => received.map(({ event }) => event.type);

t.test('a receiver gets the events, signed', async (t) => {
  const receiver = await startReceiver(t);
  const { call } = await startSending(t);
  await createSong(call);
  await until(async () => (await call('GET', '/audit')).body.length === 1, 'The first event has no position');
  const webhook = await createWebhook(call, { url: receiver.url, eventTypes: ['song.*', 'task.deleted'] });
  const song = await createSong(call);
  await createTask(call);
  await call('PATCH', song.url, { json: { year: 1999 } });
  await call('DELETE', song.url);
  await until(() => receiver.accepted.length >= 3, 'Events are not delivered');
  t.same(typesOf(receiver.accepted), ['song.created', 'song.updated', 'song.deleted']);
  const [first] = receiver.accepted;
  t.match(first?.headers, {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'user-agent': /^Setlist\//,
  });
  t.match(first?.event, { specversion: '1.0', subject: song.url, data: song.item });
  t.equal(first?.headers['webhook-id'], first?.event.id);
  for (const received of receiver.accepted) t.same(verify(webhook.secret, received), received.event);

  const delivered = () => call('GET', `${webhook.path}/deliveries?status=delivered`);
  await until(async () => (await delivered()).body.length === 3, 'Deliveries are not completed');
  const { body } = await delivered();
  t.match(body[2], {
    eventId: first?.event.id,
    eventType: 'song.created',
    subject: song.url,
    status: 'delivered',
    attemptCount: 1,
    nextAttemptAt: null,
    attempts: [{ status: 204, error: null }],
  });
});

t.test('after a rotation, deliveries have signatures with both secrets', async (t) => {
  const receiver = await startReceiver(t);
  const { app, call } = await startSending(t);
  const { path, secret, response } = await createWebhook(call, { url: receiver.url });
  const stale = { headers: { 'if-match': '"0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35"' } };
  t.equal((await call('POST', `${path}/rotate-secret`, stale)).status, 412);
  const rotated = await call('POST', `${path}/rotate-secret`, {
    headers: { 'if-match': String(response.headers.etag) },
  });
  t.equal(rotated.status, 200);
  t.not(rotated.body.secret, secret);
  await createSong(call);
  await until(() => receiver.accepted.length === 1, 'The event is not delivered');
  const [first] = receiver.accepted;
  if (!first) throw new Error('There is no delivery');
  t.same(verify(secret, first), first.event);
  t.same(verify(rotated.body.secret, first), first.event);

  await app.pg.query("UPDATE webhooks SET previous_secret_until = now() - interval '1 second'");
  await createSong(call);
  await until(() => receiver.accepted.length === 2, 'The event is not delivered');
  const [, second] = receiver.accepted;
  if (!second) throw new Error('There is no delivery');
  t.same(verify(rotated.body.secret, second), second.event);
  t.throws(() => verify(secret, second));
});

t.test('owners get the events that they can read', async (t) => {
  const ada = testKey('ada', ['tasks:read', 'tasks:write', 'webhooks:read', 'webhooks:write']);
  const bob = testKey('bob', [
    'songs:read',
    'songs:write',
    'tasks:read',
    'tasks:write',
    'tasks:all',
    'webhooks:read',
    'webhooks:write',
  ]);
  const receivers = {
    ada: await startReceiver(t),
    bob: await startReceiver(t),
    before: await startReceiver(t),
  };
  const { app, call } = await startSending(t, acceptingKeys(ada, bob));
  const asAda = authenticated(call, ada.key);
  const asBob = authenticated(call, bob.key);
  await createWebhook(asAda, { url: receivers.ada.url });
  await createWebhook(asBob, { url: receivers.bob.url });
  // Of the time in which authentication was off.
  await app.pg.query(
    `INSERT INTO webhooks (url, event_types, description, secret, after_position) VALUES ($1, '{*}', '', 'whsec_AAAA', 0)`,
    [receivers.before.url],
  );
  await createSong(asBob);
  const own = await createTask(asAda);
  const other = await createTask(asBob);
  await until(() => receivers.bob.accepted.length === 3, 'Not all events are delivered');
  await until(() => receivers.ada.accepted.length === 1, 'The own event is not delivered');
  t.same(
    receivers.ada.accepted.map(({ event }) => event.subject),
    [own.url],
  );
  t.same(new Set(receivers.bob.accepted.map(({ event }) => event.subject)).has(other.url), true);
  t.same(receivers.before.requests, []);
  t.equal((await asAda('GET', '/webhooks')).body.length, 1);
});

t.test('events of one resource arrive in order, once the receiver is back', async (t) => {
  let isDown = true;
  const receiver = await startReceiver(t, (response) => response.writeHead(isDown ? 503 : 200).end('{}'));
  const { call } = await startSending(t);
  const { path } = await createWebhook(call, { url: receiver.url });
  const songs = await Promise.all(Array.from({ length: 8 }, () => createSong(call)));
  for (let year = 1; year <= 5; year++)
    for (const { url } of songs) await call('PATCH', url, { json: { year } });
  await until(() => receiver.requests.length > 20, 'Deliveries are not attempted again');
  const failing = (await call('GET', path)).body;
  t.match(failing, { enabled: true, failingSince: /Z$/ });
  const [delivery] = (await call('GET', `${path}/deliveries?limit=100`)).body.filter(
    ({ attemptCount }: { attemptCount: number }) => attemptCount > 1,
  );
  t.match(delivery, {
    status: 'pending',
    nextAttemptAt: /Z$/,
    attempts: [{ status: 503, error: 'The response has the status 503' }],
  });
  isDown = false;
  await until(() => receiver.accepted.length >= 48, 'Some events are not delivered');
  for (const { url } of songs) {
    const states = receiver.accepted
      .filter(({ event }) => event.subject === url)
      .map(({ event }) => event.data.year);
    t.same(states.slice(-5), [1, 2, 3, 4, 5], url);
  }
  t.equal(new Set(receiver.accepted.map(({ event }) => event.id)).size, receiver.accepted.length);
  await until(async () => (await call('GET', path)).body.failingSince === null, 'It is still failing');
});

t.test('a receiver that fails for one resource gets the events of others', async (t) => {
  const { call, app, log } = await startSending(t, {}, { patience: 300_000 });
  const bad = await createSong(call);
  await until(async () => (await call('GET', '/audit')).body.length === 1, 'The first event has no position');
  const receiver = await startReceiver(t, (response, { event }) =>
    response.writeHead(event.subject === bad.url ? 500 : 200).end(),
  );
  const { path } = await createWebhook(call, { url: receiver.url });
  await call('PATCH', bad.url, { json: { year: 1 } });
  await call('PATCH', bad.url, { json: { year: 2 } });
  const good = await createSong(call);
  await until(() => receiver.accepted.some(({ event }) => event.subject === good.url), 'Others are blocked');
  t.ok(
    receiver.requests
      .filter(({ event }) => event.subject === bad.url)
      .every(({ event }) => event.data.year === 1),
  );

  // After days of failures, the delivery is given up, and the next one follows.
  await app.pg.query("UPDATE webhook_lanes SET failing_since = now() - interval '10 minutes'");
  await until(() => receiver.requests.some(({ event }) => event.data.year === 2), 'It is not given up');
  const failed = (await call('GET', `${path}/deliveries?status=failed`)).body;
  t.match(failed, [{ subject: bad.url, status: 'failed', completedAt: /Z$/, nextAttemptAt: null }]);
  t.ok(failed[0].attempts.length <= 10);
  t.ok(log.some(({ msg }) => msg === 'A delivery was given up'));
});

t.test('a receiver that is gone disables its webhook, which its owner can enable', async (t) => {
  let status = 410;
  const receiver = await startReceiver(t, (response) => response.writeHead(status).end());
  const { call, log } = await startSending(t);
  const { path } = await createWebhook(call, { url: receiver.url });
  await createSong(call);
  await until(async () => !(await call('GET', path)).body.enabled, 'It is not disabled');
  t.match((await call('GET', path)).body, { disabledReason: 'gone', disabledAt: /Z$/ });
  t.ok(log.some(({ msg, reason }) => msg === 'A webhook was disabled' && reason === 'gone'));
  status = 200;
  const enabled = await call('PATCH', path, { json: { enabled: true } });
  t.match(enabled.body, { enabled: true, disabledReason: null, disabledAt: null });
  await until(() => receiver.accepted.length === 1, 'The pending event is not delivered');

  const off = await call('PATCH', path, { json: { enabled: false } });
  t.match(off.body, { enabled: false, disabledReason: 'requested', disabledAt: /Z$/ });
  const last = await createSong(call);
  await until(
    async () => (await call('GET', '/audit')).body[0]?.subject === last.url,
    'The event is not handled',
  );
  t.equal(receiver.requests.length, 2);
});

t.test('a receiver that fails for days disables its webhook', async (t) => {
  const receiver = await startReceiver(t, (response) => response.writeHead(500).end());
  const { app, call } = await startSending(t);
  const { path } = await createWebhook(call, { url: receiver.url });
  await createSong(call);
  await until(async () => (await call('GET', path)).body.failingSince !== null, 'It does not fail');
  await app.pg.query("UPDATE webhooks SET failing_since = now() - interval '3 days'");
  await until(async () => (await call('GET', path)).body.disabledReason === 'failing', 'It is not disabled');
  t.match((await call('GET', `${path}/deliveries`)).body, [{ status: 'pending', nextAttemptAt: null }]);
});

t.test('a receiver can ask for a delay', async (t) => {
  const receiver = await startReceiver(t, (response) =>
    response.writeHead(429, { 'retry-after': '3600' }).end(),
  );
  const { call } = await startSending(t);
  const { path } = await createWebhook(call, { url: receiver.url });
  await createSong(call);
  const deliveries = async () => (await call('GET', `${path}/deliveries`)).body;
  await until(async () => (await deliveries())[0]?.attemptCount === 1, 'There is no attempt');
  const [{ nextAttemptAt, createdAt }] = await deliveries();
  t.ok(Date.parse(nextAttemptAt) - Date.parse(createdAt) > 3_500_000);
});

t.test('a slow receiver does not delay others', async (t) => {
  const slow = await startReceiver(t, () => {});
  const quick = await startReceiver(t);
  const { call } = await startSending(t, {}, { timeout: 400 });
  const { path } = await createWebhook(call, { url: slow.url });
  await createWebhook(call, { url: quick.url });
  await Promise.all(Array.from({ length: 20 }, () => createSong(call)));
  await until(() => quick.accepted.length === 20, 'The others are delayed');
  t.ok(slow.requests.length <= 8, `${slow.requests.length} attempts`);
  await until(
    async () =>
      (await call('GET', `${path}/deliveries`)).body.some(
        (one: { attemptCount: number }) => one.attemptCount > 0,
      ),
    'The attempt does not end',
  );
  const [attempted] = (await call('GET', `${path}/deliveries`)).body.filter(
    (one: { attemptCount: number }) => one.attemptCount > 0,
  );
  t.match(attempted.attempts[0], { status: null, error: 'There was no response in 0.4 seconds' });
});

t.test('a deleted webhook gets nothing', async (t) => {
  const receiver = await startReceiver(t, (response) => response.writeHead(500).end());
  const { app, call } = await startSending(t);
  const { path } = await createWebhook(call, { url: receiver.url });
  await createSong(call);
  await until(() => receiver.requests.length > 0, 'There is no attempt');
  t.equal((await call('DELETE', path)).status, 204);
  t.equal((await call('GET', path)).status, 404);
  const count = async () => (await app.pg.query('SELECT FROM webhook_lanes')).rowCount;
  t.equal(await count(), 0);
  const other = await startReceiver(t);
  await createWebhook(call, { url: other.url });
  const seen = receiver.requests.length;
  await createSong(call);
  await until(() => other.accepted.length === 1, 'The event is not delivered');
  // An attempt may have been under way.
  t.ok(receiver.requests.length <= seen + 1);
});

import t from 'tap';
import { createSong } from '../../support/builders.ts';
import { testDatabase } from '../../support/database.ts';
import { startReceiver } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';
import { createWebhook, startSending } from './service.ts';

t.test('deliveries go on after a failure of the database', async (t) => {
  const receiver = await startReceiver(t);
  const { app, call, log } = await startSending(t);
  await createWebhook(call, { url: receiver.url });
  await app.pg.query('ALTER TABLE webhook_lanes RENAME TO lanes_away');
  const complaints = () => log.filter(({ msg }) => msg === 'Deliveries of webhooks cannot be read').length;
  await until(() => complaints() > 0, 'The failure is not logged');
  await app.pg.query('ALTER TABLE lanes_away RENAME TO webhook_lanes');
  await createSong(call);
  await until(() => receiver.accepted.length === 1, 'The event is not delivered');
  t.equal(complaints(), 1, 'a series of failures is logged once');
});

t.test('a delivery whose outcome cannot be written is repeated', async (t) => {
  const { app, call, log } = await startSending(t, {}, { timeout: 1_000 });
  let isFirst = true;
  const receiver = await startReceiver(t, async (response) => {
    if (isFirst) await app.pg.query('ALTER TABLE webhook_lanes RENAME TO lanes_away');
    isFirst = false;
    response.writeHead(204).end();
  });
  const { path } = await createWebhook(call, { url: receiver.url });
  await createSong(call);
  const complaint = 'The outcome of a delivery was not written';
  await until(() => log.some(({ msg }) => msg === complaint), 'The failure is not logged');
  await app.pg.query('ALTER TABLE lanes_away RENAME TO webhook_lanes');
  await until(
    async () => (await call('GET', `${path}/deliveries?status=delivered`)).body.length === 1,
    'It is not repeated',
  );
  const [first, second] = receiver.accepted;
  t.equal(first?.headers['webhook-id'], second?.headers['webhook-id']);
});

t.test('a stop aborts attempts, which the next process repeats at once', async (t) => {
  const environment = await testDatabase(t);
  let isSlow = true;
  const receiver = await startReceiver(t, (response) => {
    if (!isSlow) response.writeHead(204).end();
  });
  const stopped = await startSending(t, environment);
  const { path } = await createWebhook(stopped.call, { url: receiver.url });
  await createSong(stopped.call);
  await until(() => receiver.requests.length === 1, 'There is no attempt');
  await stopped.app.close();
  isSlow = false;
  const { call } = await startSending(t, environment);
  await until(() => receiver.accepted.length === 1, 'It is not repeated');
  const delivered = async () => (await call('GET', `${path}/deliveries?status=delivered`)).body;
  await until(async () => (await delivered()).length === 1, 'It is not completed');
  t.match(await delivered(), [{ attemptCount: 1 }], 'the aborted attempt does not count');
});

t.test('resources whose deliveries were removed are not looked at again', async (t) => {
  const receiver = await startReceiver(t, (response) => response.writeHead(500).end());
  const { app, call } = await startSending(t);
  const { path } = await createWebhook(call, { url: receiver.url });
  await createSong(call);
  await until(() => receiver.requests.length > 0, 'There is no attempt');
  await call('PATCH', path, { json: { enabled: false } });
  await app.pg.query("UPDATE webhook_deliveries SET created_at = now() - interval '8 days'");
  await until(async () => {
    // The queue may remove rows at the same time, which are then skipped here.
    await app.removeOldRows();
    return (await call('GET', `${path}/deliveries`)).body.length === 0;
  }, 'Old deliveries are kept');
  await call('PATCH', path, { json: { enabled: true } });
  const lanes = async () => (await app.pg.query('SELECT FROM webhook_lanes')).rowCount;
  await until(async () => (await lanes()) === 0, 'The lane is kept');
});

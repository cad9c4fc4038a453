import t from 'tap';
import { createSong, MISSING_ID, newSong } from '../support/builders.ts';
import { atOnce, statusesOf } from '../support/client.ts';
import { testDatabase } from '../support/database.ts';
import { type Service, startService } from '../support/service.ts';

/** More callers than the queue and the batches in flight allow. */
const TOO_MANY = 10_300;

/** Takes all connections of the pool: no batch reaches the database until they are released. */
async function holdDatabase({ app }: Service): Promise<() => void> {
  const { options } = app.pg.pool;
  options.connectionTimeoutMillis = 60_000;
  const clients = await Promise.all(Array.from({ length: options.max ?? 1 }, () => app.pg.connect()));
  return () => {
    for (const client of clients) client.release();
  };
}

t.test('calls get 503 while the queue is full, and succeed as soon as there is room', async (t) => {
  const service = await startService(t, { BATCHING: 'on', REQUEST_DEADLINE_MS: '600000' });
  const { id, url } = await createSong(service.call);
  const release = await holdDatabase(service);
  const responses = atOnce(TOO_MANY, (index) => service.app.inject(`/songs/${id + index}`));
  while (service.app.batching.counts()['songs.find']?.refused === 0) await new Promise(setImmediate);
  const refused = await service.call('GET', url);
  t.equal(refused.status, 503);
  t.equal(refused.body.code, 'unavailable');
  t.match(refused.headers['retry-after'], /^\d+$/);
  release();
  const statuses = (await responses).map(({ statusCode }) => statusCode);
  const full = statuses.filter((status) => status === 503).length;
  t.equal(service.app.batching.counts()['songs.find']?.refused, full + 1);
  t.equal(statuses.filter((status) => status === 200).length, 1);
  t.equal(statuses.filter((status) => status === 404).length, TOO_MANY - full - 1, 'none is lost');
  t.ok(full > 0 && full < 1000, `${full} were refused`);
  t.equal((await service.call('GET', url)).status, 200);
});

t.test('each request in the queue gets a response during shutdown', async (t) => {
  const service = await startService(t, { BATCHING: 'on', REQUEST_DEADLINE_MS: '600000' });
  const { app } = service;
  await app.listen({ port: 0, host: '127.0.0.1' });
  const release = await holdDatabase(service);
  const reads = atOnce(150, (index) => fetch(`${app.listeningOrigin}/songs/${MISSING_ID - index}`));
  const writes = atOnce(150, () =>
    fetch(`${app.listeningOrigin}/songs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(newSong()),
    }),
  );
  const accepted = () => {
    const { 'songs.find': finds, 'songs.create': creates } = app.batching.counts();
    return [finds, creates].reduce((sum, counts) => sum + (counts?.queued ?? 0) + (counts?.items ?? 0), 0);
  };
  while (accepted() < 300) await new Promise(setImmediate);
  const closed = app.close();
  release();
  t.same(new Set(statusesOf(await reads)), new Set([404]));
  t.same(new Set(statusesOf(await writes)), new Set([201]));
  await closed;
});

t.test(
  'instances that write the same rows in other orders do not wait for each other for ever',
  async (t) => {
    const database = await testDatabase(t);
    if (!('DATABASE_URL' in database)) {
      t.comment('An embedded database serves one instance: there is no other to wait for.');
      return;
    }
    const first = await startService(t, database);
    const second = await startService(t, database);
    const songs = await atOnce(60, () => createSong(first.call));
    const urls = songs.map(({ url }) => url);
    const statuses = new Set<number>();
    for (let round = 0; round < 15; round++) {
      const responses = await Promise.all([
        ...urls.map((url) => first.call('PATCH', url, { json: { year: round } })),
        ...urls.toReversed().map((url) => second.call('PATCH', url, { json: { year: round } })),
      ]);
      for (const { status } of responses) statuses.add(status);
    }
    t.same([...statuses], [200]);
  },
);

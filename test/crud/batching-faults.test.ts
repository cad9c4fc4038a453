import t from 'tap';
import { testDatabase } from '../support/database.ts';
import { type Service, startService } from '../support/service.ts';

/** More callers than may wait, those included whose batches are on their way. */
const TOO_MANY = 10_300;

/** Takes all connections of the pool, so that no batch gets to the database until they are given back. */
async function holdDatabase({ app }: Service): Promise<() => void> {
  const { options } = app.pg.pool;
  options.connectionTimeoutMillis = 60_000;
  const clients = await Promise.all(Array.from({ length: options.max ?? 1 }, () => app.pg.connect()));
  return () => {
    for (const client of clients) client.release();
  };
}

t.test(
  'who comes to a full queue is told to come back, and is served again as soon as there is room',
  async (t) => {
    const service = await startService(t, { BATCHING: 'on', REQUEST_DEADLINE_MS: '600000' });
    const release = await holdDatabase(service);
    const responses = Array.from({ length: TOO_MANY }, (_, id) => service.app.inject(`/songs/${id + 1}`));
    while (service.app.batching.counts()['songs.find']?.refused === 0) await new Promise(setImmediate);
    const refused = await service.call('GET', '/songs/1');
    t.equal(refused.status, 503);
    t.equal(refused.body.code, 'unavailable');
    t.match(refused.headers['retry-after'], /^\d+$/);
    release();
    const statuses = (await Promise.all(responses)).map(({ statusCode }) => statusCode);
    const full = statuses.filter((status) => status === 503).length;
    t.equal(service.app.batching.counts()['songs.find']?.refused, full + 1);
    t.equal(statuses.filter((status) => status === 200).length, 3);
    t.equal(statuses.filter((status) => status === 404).length, TOO_MANY - full - 3, 'none is lost');
    t.ok(full > 0 && full < 1000, `${full} were refused`);
    t.equal((await service.call('GET', '/songs/1')).status, 200);
  },
);

t.test('each request in the queue gets a response during shutdown', async (t) => {
  const service = await startService(t, { BATCHING: 'on', REQUEST_DEADLINE_MS: '600000' });
  const { app } = service;
  await app.listen({ port: 0, host: '127.0.0.1' });
  const release = await holdDatabase(service);
  const reads = Array.from({ length: 150 }, (_, id) => fetch(`${app.listeningOrigin}/songs/${id + 1000}`));
  const writes = Array.from({ length: 150 }, (_, index) =>
    fetch(`${app.listeningOrigin}/songs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ song: `Last ${index}`, artist: 'Stop' }),
    }),
  );
  const accepted = () => {
    const { 'songs.find': finds, 'songs.create': creates } = app.batching.counts();
    return [finds, creates].reduce((sum, counts) => sum + (counts?.queued ?? 0) + (counts?.items ?? 0), 0);
  };
  while (accepted() < 300) await new Promise(setImmediate);
  const closed = app.close();
  release();
  t.same(new Set((await Promise.all(reads)).map(({ status }) => status)), new Set([404]));
  t.same(new Set((await Promise.all(writes)).map(({ status }) => status)), new Set([201]));
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
    const instances = [await startService(t, database), await startService(t, database)];
    const [first] = instances;
    const made = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        first?.call('POST', '/songs', { json: { song: `${index}`, artist: 'D' } }),
      ),
    );
    const urls = made.map((response) => String(response?.headers.location));
    const statuses = new Set<number>();
    for (let round = 0; round < 15; round++) {
      const responses = await Promise.all(
        instances.flatMap(({ call }, index) =>
          (index === 0 ? urls : urls.toReversed()).map((url) =>
            call('PATCH', url, { json: { year: round } }),
          ),
        ),
      );
      for (const { status } of responses) statuses.add(status);
    }
    t.same([...statuses], [200]);
  },
);

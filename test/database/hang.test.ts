import t, { type Test } from 'tap';
import { startThrowawayPostgres } from '../../scripts/throwaway-postgres.mjs';
import { createSong, createTask, MISSING_ID, newSong } from '../support/builders.ts';
import { atOnce, type Client } from '../support/client.ts';
import { onServer } from '../support/database.ts';
import { type Service, startService } from '../support/service.ts';
import { unreliableServer } from '../support/unreliable-server.ts';
import { until } from '../support/until.ts';

interface Hang {
  freeze(): void;
  thaw(): Promise<void>;
}

/** Requests of all kinds, more than slots and connections. */
function requestsOfAllKinds(call: Client, url: string): ReturnType<Client>[] {
  const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
  return [
    ...numbers.map((id) => call('GET', `/songs/${id}`)),
    ...numbers.map(() => call('POST', '/songs', { json: newSong() })),
    ...numbers.map((year) => call('GET', `/songs?year=${year}`)),
    ...numbers.map((index) => call('GET', `/tasks?q=${index}&count=true`)),
    ...numbers.map((index) => call('PATCH', url, { json: { title: `After ${index}` } })),
    ...numbers.map((index) => call('DELETE', `/tasks/${MISSING_ID - index}`)),
  ];
}

/** Retries requests until they succeed: on a busy machine they may exceed the short deadlines of these tests. */
const patient =
  (call: Client): Client =>
  async (...request) => {
    let response = await call(...request);
    await until(
      async () => {
        if (response.status === 503) response = await call(...request);
        return response.status !== 503;
      },
      `${request.join(' ')} is not served`,
    );
    return response;
  };

/** The required behaviour while a database hangs, and afterwards. */
async function checkHang(t: Test, { call, log }: Service, { freeze, thaw }: Hang): Promise<void> {
  const served = patient(call);
  const { url } = await createTask(served, { title: 'Before' });
  const songs = await atOnce(3, () => createSong(served));

  freeze();
  const requests = requestsOfAllKinds(call, url);
  const ready = call('GET', '/ready');
  t.equal((await call('GET', '/health')).status, 200, 'the process is alive');
  t.match(await ready, { status: 503, headers: { 'retry-after': '1' }, body: { code: 'unavailable' } });
  const responses = await Promise.all(requests);
  t.same(new Set(responses.map(({ status }) => status)), new Set([503]));
  t.same(new Set(responses.map(({ headers }) => headers['retry-after'])), new Set(['1']));
  const causes = JSON.stringify(log);
  t.match(causes, 'in flight: its outcome is unknown');
  t.match(causes, 'in the queue: nothing was run');
  t.equal((await call('GET', url)).status, 503, 'later requests get a response, too');

  await thaw();
  t.equal((await served('GET', '/ready')).status, 200);
  for (const { url, item } of songs) t.same((await served('GET', url)).body, item, 'its own row');
  t.equal((await served('GET', '/songs')).status, 200);
  t.match((await served('GET', url)).body.title, /^(Before|After \d+)$/, 'the acknowledged write exists');
  await t.resolves(createTask(served));
}

for (const BATCHING of ['on', 'off']) {
  t.test(`a database that hangs, BATCHING=${BATCHING}: each request is 503 by its deadline`, async (t) => {
    const server = await unreliableServer(t);
    const environment = { ...server.environment, BATCHING, REQUEST_DEADLINE_MS: '1500' };
    await checkHang(t, await startService(t, environment), server);
  });
}

t.test('while the circuit is open, requests are logged as warnings without a stack', async (t) => {
  const server = await unreliableServer(t);
  const { call, log } = await startService(t, server.environment);
  await server.shut();
  for (let request = 0; request < 8; request++) t.equal((await call('GET', '/songs/1')).status, 503);
  const failed = log.filter(({ level }) => level === 40 || level === 50);
  t.same(failed.map(({ level }) => level).slice(-2), [40, 40]);
  t.match(failed.at(-1), { reason: /The database does not respond/, err: undefined });
});

// A stopped server differs from a stopped proxy: its processes and the queues of its kernel behave differently.
if (onServer) {
  t.test('requests succeed again after the processes of a stopped server continue', async (t) => {
    const server = await startThrowawayPostgres();
    t.teardown(server.stop);
    const service = await startService(t, { DATABASE_URL: server.url, REQUEST_DEADLINE_MS: '1500' });
    await checkHang(t, service, { freeze: server.freeze, thaw: async () => server.thaw() });
  });

  t.test(
    'slow lists, searches and counts leave connections to reads by id, writes and the probe',
    async (t) => {
      const { app, call } = await startService(t, { REQUEST_DEADLINE_MS: '600000' });
      const { url } = await createSong(call);
      const blocker = await app.pg.connect();
      await blocker.query('BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE');
      const slow = Array.from({ length: 64 }, (_, index) =>
        call('GET', index % 2 === 0 ? `/tasks?q=${index}&count=true` : `/tasks?limit=${index}`),
      );
      await until(() => app.batching.counts().lists?.inFlight === 5, 'The lists are not sent');
      t.match(app.batching.counts(), { searches: { inFlight: 2 }, counts: { inFlight: 1 } });
      for (let round = 0; round < 5; round++) t.equal((await call('GET', url)).status, 200);
      await t.resolves(createSong(call));
      await until(async () => (await call('GET', '/ready')).status === 200, 'The probe has no connection');
      t.match(app.batching.counts(), { lists: { inFlight: 5 } }, 'while the others wait');
      await blocker.query('COMMIT');
      blocker.release();
      t.same(new Set((await Promise.all(slow)).map(({ status }) => status)), new Set([200]));
    },
  );

  t.test('the server cancels a list that takes half of the deadline', async (t) => {
    const { app, call } = await startService(t, { REQUEST_DEADLINE_MS: '3000' });
    const blocker = await app.pg.connect();
    await blocker.query('BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE');
    t.equal((await call('GET', '/tasks?q=x')).status, 503);
    await until(async () => {
      const { rows } = await blocker.query(
        "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
      );
      return rows.length === 0;
    }, 'The statement still waits');
    await blocker.query('COMMIT');
    blocker.release();
    t.equal((await patient(call)('GET', '/tasks?q=x')).status, 200);
  });
}

// What happens to running jobs when their process, their lease or the database ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { commonEnvironment, testDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { type Data, startQueue, statesOf } from './numbers-queue.ts';
import { QUEUE_TIMING, settings } from './queue-settings.ts';

t.test('a job may run longer than its lease, which is extended', async (t) => {
  let runs = 0;
  let end = () => {};
  const { app, queue } = await startQueue(t, () => {
    runs++;
    return new Promise<void>((resolve) => (end = resolve));
  });
  await queue.send({ n: 1 });
  await until(() => runs > 0, 'It does not run');
  const startedOn = async () =>
    (await app.pg.query("SELECT started_on FROM pgboss.job WHERE name = 'numbers'")).rows[0]?.started_on;
  const first = await startedOn();
  await until(async () => Date.parse(await startedOn()) > Date.parse(first) + 2_000, 'It is not extended');
  end();
  await until(async () => (await statesOf(app)).includes('completed'), 'It is not completed');
  t.equal(runs, 1);
});

t.test('a job without a lease is aborted, and its outcome is not written', async (t) => {
  const aborted: string[] = [];
  const { app, queue, log } = await startQueue(t, ({ signal }) => {
    return new Promise(() => signal.addEventListener('abort', () => aborted.push(signal.reason.name)));
  });
  await queue.send({ n: 1 });
  await until(async () => (await statesOf(app)).includes('active'), 'It does not run');
  await app.pg.query("UPDATE pgboss.job SET state = 'cancelled' WHERE name = 'numbers'");
  await until(() => log.some(({ msg }) => msg === 'A job was aborted'), 'It is not aborted');
  t.same(aborted, ['LeaseLost']);
  t.same(await statesOf(app), ['cancelled']);
});

t.test('a job of a killed process runs again in another one', async (t) => {
  const environment = await testDatabase(t);
  const child = spawn(process.execPath, ['dist/test/background/queue-process.js'], {
    env: { PATH: process.env.PATH, ...commonEnvironment, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  await until(() => output.includes('runs '), 'The first process does not run the job');
  child.kill('SIGKILL');
  await once(child, 'close');

  const jobs: { id: string; retryCount: number }[] = [];
  await startService(t, environment, {
    queueTiming: QUEUE_TIMING,
    features: [
      async (app) => {
        app.defineQueue<Data>('endless', settings, async ({ id, retryCount }) =>
          jobs.push({ id, retryCount }),
        );
      },
    ],
  });
  await until(() => jobs.length > 0, 'The job does not run again');
  t.same(jobs, [{ id: /runs (\S+)/.exec(output)?.[1], retryCount: 1 }]);
});

t.test('a stop returns an interrupted job to its queue, and does not count its run', async (t) => {
  const environment = await testDatabase(t);
  const first = await startQueue(
    t,
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    { environment },
  );
  await first.queue.send({ n: 1 });
  await until(async () => (await statesOf(first.app)).includes('active'), 'It does not run');
  await first.app.close();
  const runs: number[] = [];
  await startQueue(t, async ({ retryCount }) => runs.push(retryCount), { environment });
  await until(() => runs.length > 0, 'It does not run again');
  t.same(runs, [0]);
});

t.test('a stop waits for a job for a limited time', async (t) => {
  const { app, queue, log } = await startQueue(t, () => new Promise(() => {}), {
    timing: { stopPatience: 50 },
  });
  await queue.send({ n: 1 });
  await until(async () => (await statesOf(app)).includes('active'), 'It does not run');
  await app.close();
  const [entry] = log.filter(({ msg }) => msg === 'A job did not stop: it runs again when its lease ends');
  t.match(entry, { queue: 'numbers', job: /^[0-9a-f-]{36}$/ });
});

t.test('an outcome is written again until the lease has ended', async (t) => {
  const { app, queue, log } = await startQueue(t, async () => {
    await app.pg.query('ALTER TABLE pgboss.job RENAME TO job_away');
  });
  await queue.send({ n: 1 });
  const complaint = 'The outcome of a job was not written: it runs again';
  await until(() => log.some(({ msg }) => msg === complaint), 'The failure is not logged');
  t.equal(
    log.filter(({ msg }) => msg === 'Jobs cannot be read').length,
    1,
    'a series of failures is logged once',
  );
  t.ok(log.some(({ msg }) => msg === 'The leases of jobs were not extended'));
});

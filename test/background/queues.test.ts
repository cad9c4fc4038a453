import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import PgBoss from 'pg-boss';
import t, { type Test } from 'tap';
import type { Job } from '../../src/background/queue-runner.ts';
import type { Queue, QueueOptions } from '../../src/background/queues.ts';
import { commonEnvironment, onServer, testDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { QUEUE_TIMING, settings } from './queue-settings.ts';

interface Data {
  n: number;
}

type Handler = (job: Job<Data>) => Promise<unknown>;

/** Starts a service with the queue `numbers`. */
async function startQueue(
  t: Test,
  handle: Handler,
  {
    environment = {},
    timing = {},
    ...options
  }: Partial<QueueOptions> & { environment?: Record<string, string>; timing?: object } = {},
) {
  const queues: Queue<Data>[] = [];
  const service = await startService(t, environment, {
    queueTiming: { ...QUEUE_TIMING, ...timing },
    features: [
      async (app: FastifyInstance) => {
        queues.push(app.defineQueue<Data>('numbers', { ...settings, ...options }, handle));
      },
    ],
  });
  const [queue] = queues;
  if (!queue) throw new Error('There is no queue');
  return { ...service, queue };
}

/** The states of all jobs of a queue. */
async function statesOf(app: FastifyInstance, queue = 'numbers'): Promise<string[]> {
  const text = 'SELECT state FROM pgboss.job WHERE name = $1 ORDER BY created_on';
  return (await app.pg.query(text, [queue])).rows.map(({ state }) => state);
}

const numbered =
  (seen: number[]): Handler =>
  async ({ data }) =>
    seen.push(data.n);

t.test('a job runs once, and is completed', async (t) => {
  const seen: number[] = [];
  const { app, queue } = await startQueue(t, numbered(seen), { concurrency: 3 });
  await Promise.all([1, 2, 3, 4, 5].map((n) => queue.send({ n })));
  await until(async () => (await statesOf(app)).every((state) => state === 'completed'), 'Jobs do not run');
  t.same(seen.toSorted(), [1, 2, 3, 4, 5]);
});

t.test('a job of a transaction runs after its commit, and not after a rollback', async (t) => {
  const seen: number[] = [];
  const { app, queue } = await startQueue(t, numbered(seen));
  const client = await app.pg.connect();
  await client.query('BEGIN');
  await queue.send({ n: 1 }, { on: client });
  await client.query('ROLLBACK');
  await client.query('BEGIN');
  await queue.send({ n: 2 }, { on: client });
  await client.query('COMMIT');
  client.release();
  await until(() => seen.length > 0, 'The job does not run');
  t.same(seen, [2]);
  t.same(await statesOf(app).then(({ length }) => length), 1);
});

t.test('a job that fails always is moved to the dead jobs after its retries', async (t) => {
  const runs: number[] = [];
  const { app, queue, log } = await startQueue(t, async ({ retryCount }) => {
    runs.push(retryCount);
    throw new Error('Poison\0');
  });
  await queue.send({ n: 7 });
  await until(async () => (await statesOf(app, 'numbers_dead')).length === 1, 'There is no dead job');
  t.same(runs, [0, 1, 2]);
  const { rows } = await app.pg.query("SELECT data, output FROM pgboss.job WHERE name = 'numbers_dead'");
  t.same(rows, [{ data: { n: 7 }, output: { message: 'Error: Poison' } }]);
  const [entry] = log.filter(({ msg }) => msg === 'A job failed for good: it is in the queue of dead jobs');
  t.match(entry, { level: 50, queue: 'numbers', job: /^[0-9a-f-]{36}$/, err: { message: 'Poison\0' } });
});

t.test('a job that takes too long is aborted, and runs again', async (t) => {
  const reasons: string[] = [];
  const { app, queue } = await startQueue(
    t,
    ({ signal, retryCount }) =>
      retryCount > 0
        ? Promise.resolve()
        : new Promise(() => signal.addEventListener('abort', () => reasons.push(signal.reason.message))),
    { expireSeconds: 0.05 },
  );
  await queue.send({ n: 1 });
  await until(async () => (await statesOf(app)).includes('completed'), 'It does not run again');
  t.same(reasons, ['The job took longer than 0.05 seconds']);
});

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

t.test('of jobs with one key, one waits', async (t) => {
  const seen: number[] = [];
  const { queue } = await startQueue(t, numbered(seen));
  const startAfter = new Date(Date.now() + 500);
  t.type(await queue.send({ n: 1 }, { singletonKey: 'a', startAfter }), 'string');
  t.equal(await queue.send({ n: 2 }, { singletonKey: 'a' }), undefined);
  t.type(await queue.send({ n: 3 }, { singletonKey: 'b' }), 'string');
  await until(() => seen.length === 2, 'They do not run');
  t.same(seen, [3, 1]);
});

t.test('a schedule adds one job at each of its times, among all instances', async (t) => {
  const environment = await testDatabase(t);
  const seen: string[] = [];
  const handle: Handler = async ({ id }) => seen.push(id);
  // The last minute has passed.
  const options = { environment, schedule: '* * * * *' };
  const { app } = await startQueue(t, handle, options);
  if (onServer) await startQueue(t, handle, options);
  await until(() => seen.length > 0, 'The scheduled job does not run');
  const { rows } = await app.pg.query("SELECT DISTINCT id FROM pgboss.job WHERE name = 'numbers'");
  t.equal(seen.length, rows.length);
  t.match(seen[0], /^[0-9a-f]{8}-[0-9a-f]{4}-8/);
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

t.test('changed settings of a queue are stored', async (t) => {
  const environment = await testDatabase(t);
  const { app } = await startQueue(t, async () => {}, { environment });
  await app.close();
  const again = await startQueue(t, async () => {}, { environment, retries: 9 });
  const { rows } = await again.app.pg.query("SELECT retry_limit FROM pgboss.queue WHERE name = 'numbers'");
  t.same(rows, [{ retry_limit: 9 }]);
});

t.test('two queues with one name prevent the start', async (t) => {
  const twice = async (app: FastifyInstance) => {
    app.defineQueue('numbers', settings, async () => {});
    app.defineQueue('numbers', settings, async () => {});
  };
  await t.rejects(startService(t, {}, { features: [twice] }), {
    message: /two queues with the name numbers/,
  });
});

t.test('a job is not added before its queue exists', async (t) => {
  const { app, queue } = await startQueue(t, async () => {});
  await app.pg.query("SELECT pgboss.delete_queue('numbers')");
  await t.rejects(queue.send({ n: 1 }), { message: /The queue numbers does not exist yet/ });
  await until(async () => {
    return (await queue.send({ n: 2 }).catch(() => undefined)) !== undefined;
  }, 'The queue is not created again');
});

t.test('the migration has the statements of the installed pg-boss', async (t) => {
  const normal = (text: string) => text.replace(/\s+/g, ' ').replace(/ ;/g, ';');
  const migration = normal(await readFile('migrations/010.queues.sql', 'utf8'));
  const plans = normal(PgBoss.getConstructionPlans('pgboss'));
  const wanted = plans.slice(plans.indexOf('CREATE TYPE'), plans.lastIndexOf(' COMMIT'));
  const statements = wanted.replace(/;(;|\s)*/g, '; ').trim();
  t.ok(migration.includes(statements), 'they differ: add a migration with getMigrationPlans()');
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

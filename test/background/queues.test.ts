import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import PgBoss from 'pg-boss';
import t from 'tap';
import { onServer, testDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { type Handler, numbered, startQueue, statesOf } from './numbers-queue.ts';
import { settings } from './queue-settings.ts';

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

  // As in docs/background-work.md.
  await app.pg.query(`
    WITH dead AS (DELETE FROM pgboss.job WHERE name = 'numbers_dead' AND state = 'created' RETURNING data)
    INSERT INTO pgboss.job (name, data, retry_limit, retry_delay, retry_backoff, expire_in, dead_letter)
    SELECT 'numbers', data, 1, 10, true, interval '30 seconds', 'numbers_dead' FROM dead`);
  await until(() => runs.length === 4, 'The dead job does not run again');
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

t.test('completed jobs are archived', async (t) => {
  const { app, queue } = await startQueue(t, async () => {}, { timing: { lease: 100, maintenance: 200 } });
  await queue.send({ n: 1 });
  await until(async () => (await statesOf(app)).includes('completed'), 'The job does not run');
  await app.pg.query(
    "UPDATE pgboss.job SET completed_on = now() - interval '30 days' WHERE name = 'numbers'",
  );
  await until(async () => (await statesOf(app)).length === 0, 'The job is not archived');
  const { rows } = await app.pg.query("SELECT data FROM pgboss.archive WHERE name = 'numbers'");
  t.same(rows, [{ data: { n: 1 } }]);
});

t.test('of jobs with one key, one waits', async (t) => {
  const seen: number[] = [];
  const { queue } = await startQueue(t, numbered(seen));
  const startAfter = new Date(Date.now() + 500);
  t.type(await queue.send({ n: 1 }, { singletonKey: 'a', startAfter }), 'string');
  t.equal(await queue.send({ n: 2 }, { singletonKey: 'a' }), undefined);
  t.type(await queue.send({ n: 3 }, { singletonKey: 'b' }), 'string');
  await until(() => seen.length === 2, 'They do not run');
  // On a busy machine, the first one may be due as well.
  t.same(seen.toSorted(), [1, 3]);
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

t.test('changed settings of a queue are stored', async (t) => {
  const environment = await testDatabase(t);
  const { app } = await startQueue(t, async () => {}, { environment });
  await app.close();
  const again = await startQueue(t, async () => {}, { environment, retries: 9 });
  const { rows } = await again.app.pg.query("SELECT retry_limit FROM pgboss.queue WHERE name = 'numbers'");
  t.same(rows, [{ retry_limit: 9 }]);
});

if (onServer) {
  t.test('instances that create queues at the same time do not block each other', async (t) => {
    const environment = await testDatabase(t);
    const { app } = await startQueue(t, async () => {}, { environment });
    // It would create the queues again.
    await app.close();
    const other = new pg.Client({ connectionString: environment.DATABASE_URL });
    t.teardown(() => other.end());
    await other.connect();
    await other.query("SELECT pgboss.delete_queue('numbers'), pgboss.delete_queue('numbers_dead')");
    await other.query('BEGIN');
    // The two steps of pgboss.create_queue(): a row, and a table that references it.
    await other.query("INSERT INTO pgboss.queue (name, partition_name) VALUES ('numbers_dead', 'a')");
    const started = startQueue(t, async () => {}, { environment });
    await until(async () => {
      const { rowCount } = await other.query(
        `SELECT FROM pg_locks
         WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND relation = 'pgboss.queue'::regclass AND mode = 'ShareRowExclusiveLock' AND NOT granted`,
      );
      return rowCount === 1;
    }, 'The other instance does not wait');
    await other.query('LOCK TABLE pgboss.queue IN SHARE ROW EXCLUSIVE MODE');
    await other.query('COMMIT');
    await t.resolves(started);
  });
}

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

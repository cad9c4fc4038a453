import t, { type Test } from 'tap';
import { song } from '../../schemas/song.ts';
import { UniqueViolation } from '../../src/database/failures.ts';
import { PooledDatabase, type Queryable, transaction } from '../../src/database/pooled-database.ts';
import { ImportJobs } from '../../src/transfer/import-jobs.ts';
import type { ImportTarget } from '../../src/transfer/importer.ts';
import { runStoredImport } from '../../src/transfer/stored-imports.ts';
import { Uploads } from '../../src/transfer/uploads.ts';
import { MISSING_ID, unique } from '../support/builders.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const { app } = await startService(t);
const jobs = new ImportJobs(app.database, app.pg.pool, app.numberChanges);
const uploads = new Uploads(app.database);
const otherProcess = new ImportJobs(app.database, app.pg.pool, app.numberChanges);
const NEW = {
  resource: 'song',
  format: 'csv',
  owner: undefined,
  keyOwner: '',
  key: undefined,
  source: 'null',
} as const;

/** Stores a body for a later import, and returns the id of its job. */
async function stored(body: string): Promise<number> {
  const { job } = await jobs.open(NEW);
  await jobs.take(job.id, 'uploading');
  const giveBack = jobs.hold(job.id);
  await uploads.store(job.id, [Buffer.from(body)]);
  await transaction(app.pg.pool, (client) => jobs.received(client, job.id, body.length));
  await giveBack();
  return job.id;
}

const target = (createMany: ImportTarget['createMany']): ImportTarget => ({
  resource: song,
  errors: { notFound: Error as never },
  batchSize: 10,
  createMany,
});
const written: ImportTarget['createMany'] = async (_client, rows) =>
  rows.map(() => ({ status: 'written', row: {} }));

/** Runs the job of a queue. */
const run = (job: number, { createMany = written, isLast = false, isKnown = true } = {}) =>
  runStoredImport(
    { jobs, uploads, targets: new Map(isKnown ? [['song', target(createMany)]] : []), log: app.log },
    { job },
    { isLast, signal: new AbortController().signal },
  );

const BODY = `song,artist\na,${unique('b')}\n`;

t.test('a stored body is imported once', async (t) => {
  const id = await stored(BODY);
  await run(id);
  t.match(await jobs.find(id), { state: 'succeeded', created: 1 });
  await run(id);
  t.match(await jobs.find(id), { state: 'succeeded', created: 1 });
  await run(MISSING_ID);
});

t.test('another attempt continues a job that a process holds', async (t) => {
  const id = await stored(BODY);
  await otherProcess.take(id, 'running');
  await t.rejects(run(id), { message: `Another process may still run the job ${id}` });
});

t.test('a failed attempt lets the job wait, the last one ends it', async (t) => {
  const id = await stored(BODY);
  await t.rejects(run(id, { isKnown: false }), { message: 'This instance does not know the resource song' });
  t.match(await jobs.find(id), { state: 'waiting' });
  await t.rejects(run(id, { isKnown: false, isLast: true }));
  t.match(await jobs.find(id), { state: 'failed', error: 'interrupted' });
});

t.test('the rows of a cancelled job are not committed', async (t) => {
  const id = await stored(BODY);
  const cancelling = async (client: Queryable) => {
    await client.query({ text: "UPDATE jobs SET state = 'cancelled' WHERE id = $1", values: [id] });
    return [{ status: 'written' as const, row: {} }];
  };
  await run(id, { createMany: cancelling });
  t.match(await jobs.find(id), { created: 0 });
});

/** A database whose first statement finds that a concurrent request stores the same key. */
function racing(t: Test): PooledDatabase {
  const database = new PooledDatabase(app.pg.pool);
  const query = database.query.bind(database);
  let isFirst = true;
  t.intercept(database, 'query', {
    value: (statement: Parameters<typeof query>[0]) => {
      if (!isFirst) return query(statement);
      isFirst = false;
      return Promise.reject(
        new UniqueViolation(
          Object.assign(new Error('duplicate key'), { constraint: 'job_runs_key' }) as never,
        ),
      );
    },
  });
  return database;
}

t.test('of two concurrent requests with a key, one creates the job', async (t) => {
  const key = unique('key');
  const { job } = await jobs.open({ ...NEW, key });
  const { job: found, isNew } = await new ImportJobs(racing(t), app.pg.pool, app.numberChanges).open({
    ...NEW,
    key,
  });
  t.notOk(isNew);
  t.equal(found.id, job.id);
  await t.rejects(
    new ImportJobs(racing(t), app.pg.pool, app.numberChanges).open({ ...NEW, key: unique('key') }),
    {
      name: 'JobLost',
    },
  );
});

t.test('a lease is renewed, also after a failure', async (t) => {
  const database = new PooledDatabase(app.pg.pool);
  const query = database.query.bind(database);
  let runs = 0;
  t.intercept(database, 'query', {
    value: (statement: Parameters<typeof query>[0]) =>
      runs++ === 1 ? Promise.reject(new Error('Connection terminated')) : query(statement),
  });
  const { job } = await jobs.open(NEW);
  const giveBack = new ImportJobs(database, app.pg.pool, app.numberChanges, 10).hold(job.id);
  await until(() => runs > 3, 'It is not renewed');
  await giveBack();
});

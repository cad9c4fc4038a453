import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { cp, mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import pino from 'pino';
import t, { type Test } from 'tap';
import { startEmbeddedPostgres } from '../../../src/database/embedded/postgres.ts';
import { createTask, newTask } from '../../support/builders.ts';
import { embeddedDatabase, temporaryFolder } from '../../support/database.ts';
import { startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const silent = pino({ level: 'silent' });

/** Collects the threads that start from now on. */
function startedWorkers(t: Test): Worker[] {
  const workers: Worker[] = [];
  const onStart = (message: unknown) => workers.push((message as { worker: Worker }).worker);
  subscribe('worker_threads', onStart);
  t.teardown(() => unsubscribe('worker_threads', onStart));
  return workers;
}

t.test('a new database is complete, private to its user, and survives a restart', async (t) => {
  const folder = join(await temporaryFolder(t), 'data');
  await mkdir(folder);
  await mkdir(join(folder, 'postgresql.partial'));
  await writeFile(join(folder, 'postgresql.partial', 'PG_VERSION'), 'left by a start that was killed');
  const first = await startService(t, { DATA_DIR: folder, DATA_FSYNC: 'on' });
  t.match(first.log, [{ msg: /Creating a database/ }, { msg: 'Migrated the database' }]);
  const { url, item } = await createTask(first.call);
  await first.app.close();
  t.same((await readdir(folder)).sort(), ['postgresql'], 'there are no other files');

  const second = await startService(t, { DATA_DIR: folder });
  t.same(second.log, [], 'the second start logs nothing');
  t.same((await second.call('GET', url)).body, item);

  t.equal((await stat(join(folder, 'postgresql'))).mode & 0o077, 0, 'other users cannot read it');
});

t.test('memory:// is a database without a folder', async (t) => {
  const { call } = await startService(t, { DATA_DIR: 'memory://' });
  const { url } = await createTask(call);
  t.equal((await call('GET', url)).status, 200);
});

t.test('a restarted database is prepared until that succeeds', async (t) => {
  const workers = startedWorkers(t);
  const { DATA_DIR = '' } = await embeddedDatabase(t);
  let restarts = 0;
  const onRestart = async () => {
    if (++restarts === 1) throw new Error('Not this time');
  };
  const { stop } = await startEmbeddedPostgres({ dataDir: DATA_DIR, fsync: false, onRestart }, silent);
  t.equal(restarts, 0);
  await workers[0]?.terminate();
  await until(() => restarts === 2, 'It is not prepared');
  t.equal(workers.length, 3, 'a thread that could not be prepared was replaced');
  await stop();
});

t.test('for a long path the socket is in another folder', async (t) => {
  const { DATA_DIR = '' } = await embeddedDatabase(t);
  const before = process.cwd();
  const deep = join(await temporaryFolder(t), 'x'.repeat(90));
  await cp(DATA_DIR, join(deep, 'here'), { recursive: true });
  process.chdir(deep);
  t.teardown(() => process.chdir(before));
  const { connection, stop } = await startEmbeddedPostgres(
    { dataDir: 'here', fsync: false, onRestart: async () => {} },
    silent,
  );
  t.notMatch(connection.host, 'xxx');
  await stop();
});

t.test('when its thread exits, requests get 503 until the restart, and nothing is lost', async (t) => {
  const workers = startedWorkers(t);
  const { call, log } = await startService(t, await embeddedDatabase(t));
  const { url, item } = await createTask(call);
  const inFlight = Array.from({ length: 20 }, () => call('GET', '/songs'));
  await workers[0]?.terminate();
  for (const { status } of await Promise.all(inFlight)) t.ok([200, 503].includes(status), `${status}`);

  const down = await call('POST', '/tasks', { json: newTask() });
  t.equal(down.status, 503);
  t.equal(down.headers['retry-after'], '1');
  t.equal((await call('GET', '/health')).status, 200);
  t.equal((await call('GET', '/ready')).status, 503);

  await until(async () => (await call('GET', '/ready')).status === 200, 'It does not recover');
  t.same((await call('GET', url)).body, item);
  t.ok(log.some(({ msg }) => String(msg).startsWith('The embedded PostgreSQL has stopped')));
});

t.test('a restart does not create a new database in place of a missing one', async (t) => {
  const workers = startedWorkers(t);
  const { DATA_DIR = '' } = await embeddedDatabase(t);
  const { call, log } = await startService(t, { DATA_DIR });
  const database = join(DATA_DIR, 'postgresql');
  await rename(database, `${database}.aside`);
  await workers[0]?.terminate();
  await until(() => log.some(({ msg }) => msg === 'The embedded PostgreSQL failed to start'), 'It starts');
  t.same((await readdir(DATA_DIR)).includes('postgresql'), false);
  await rename(`${database}.aside`, database);
  await until(async () => (await call('GET', '/ready')).status === 200, 'It does not recover');
});

t.test('a hanging thread is replaced, and shutdown does not wait for it', async (t) => {
  const { app, call, log } = await startService(t, await embeddedDatabase(t));
  const hang = async () => {
    const client = await app.pg.pool.connect();
    const statement = client.query('DO $$ BEGIN LOOP END LOOP; END $$');
    return { failure: statement.catch((error) => error).finally(() => client.release(true)) };
  };
  const hung = await hang();
  await until(() => log.some(({ msg }) => /has not responded/.test(String(msg))), 'It is not ended');
  t.match(await hung.failure, Error);
  await until(async () => (await call('GET', '/ready')).status === 200, 'It does not recover');
  const hungAgain = await hang();
  await app.close();
  t.match(await hungAgain.failure, Error);
});

t.test('shutdown during a restart ends immediately', async (t) => {
  const workers = startedWorkers(t);
  const { connection, stop } = await startEmbeddedPostgres(
    { dataDir: (await embeddedDatabase(t)).DATA_DIR ?? '', fsync: false, onRestart: async () => {} },
    silent,
  );
  t.ok(connection.host);
  await workers[0]?.terminate();
  await stop();
  await delay(700);
  t.equal(workers.length, 1, 'it is not restarted');
});

t.test('shutdown does not wait for the preparation of a restarted database', async (t) => {
  const workers = startedWorkers(t);
  let isPreparing = false;
  const { stop } = await startEmbeddedPostgres(
    {
      dataDir: (await embeddedDatabase(t)).DATA_DIR ?? '',
      fsync: false,
      onRestart: () => {
        isPreparing = true;
        return new Promise(() => {});
      },
    },
    silent,
  );
  await workers[0]?.terminate();
  await until(() => isPreparing, 'It is not restarted');
  await stop();
  t.equal(workers[1]?.threadId, -1, 'the thread has ended');
});

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import t, { type Test } from 'tap';
import { migrate } from '../../src/database/migrate.ts';
import { checkSchema, explained } from '../../src/database/schema.ts';
import { createTask } from '../support/builders.ts';
import { newDatabase, onServer, temporaryFolder, testDatabase } from '../support/database.ts';
import { failToStart, startProcess } from '../support/process.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const { app, call } = await startService(t);

/** A log that stores its messages. */
function keepingLog() {
  const messages: string[] = [];
  const keep = (_: object, message: string) => void messages.push(message);
  return { messages, log: { info: keep, warn: keep } };
}

const { log } = keepingLog();

/** The migrations of the service. */
const SHIPPED = (await readdir('migrations')).sort();

/** Migrates the database of the service on a connection of its pool. */
async function migrateOn(folder: string, options = { log }): Promise<string[]> {
  const client = await app.pg.connect();
  try {
    return await migrate(client, folder, options);
  } finally {
    client.release();
  }
}

async function migrations(t: Test, files: Record<string, string>): Promise<string> {
  const folder = join(await temporaryFolder(t), 'migrations');
  await mkdir(folder);
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql);
  return folder;
}

t.test('migrations run once, in order, and are recorded', async (t) => {
  const folder = await migrations(t, {
    '102.second.sql': 'INSERT INTO steps VALUES (2)',
    '101.first.sql': 'CREATE TABLE steps (step integer); INSERT INTO steps VALUES (1)',
    'notes.txt': 'not a migration',
  });
  t.same(await migrateOn(folder), ['101.first.sql', '102.second.sql']);
  t.same(await migrateOn(folder), []);
  t.same((await app.pg.query('SELECT step FROM steps')).rows, [{ step: 1 }, { step: 2 }]);
  const { rows } = await app.pg.query(
    'SELECT name FROM schema_migrations WHERE version IN (101, 102) ORDER BY version',
  );
  t.same(rows, [{ name: '101.first.sql' }, { name: '102.second.sql' }]);
});

t.test('the migrations of the service are recorded', async (t) => {
  const { rows } = await app.pg.query(
    'SELECT name FROM schema_migrations WHERE name = ANY ($1) ORDER BY version',
    [SHIPPED],
  );
  t.same(
    rows.map(({ name }) => name),
    SHIPPED,
  );
});

t.test('a lock that another instance holds is retried', async (t) => {
  const folder = await migrations(t, { '151.waiting.sql': 'CREATE TABLE waiting ()' });
  const { log, messages } = keepingLog();
  const client = await app.pg.connect();
  const { query } = client;
  let refusals = 2;
  client.query = (...args: unknown[]) => {
    if (!/pg_try_advisory_xact_lock/.test(JSON.stringify(args)) || refusals-- <= 0)
      return Reflect.apply(query, client, args);
    if (refusals === 0) return Promise.resolve({ rows: [{ taken: false }] });
    return Promise.reject(Object.assign(new Error('canceling statement'), { code: '55P03' }));
  };
  t.same(await migrate(client, folder, { log }), ['151.waiting.sql']);
  client.query = query;
  client.release();
  t.equal(messages.filter((message) => message.startsWith('Waiting for a lock')).length, 2);
});

t.test('a failed migration is rolled back, and later ones do not run', async (t) => {
  const folder = await migrations(t, {
    '201.good.sql': 'CREATE TABLE good ()',
    '202.bad.sql': 'CREATE TABLE half (); SELECT 1 / 0',
    '203.later.sql': 'CREATE TABLE later ()',
  });
  await t.rejects(migrateOn(folder), { code: '22012' });
  const { rows } = await app.pg.query(
    "SELECT to_regclass('good') AS good, to_regclass('half') AS half, to_regclass('later') AS later",
  );
  t.match(rows, [{ good: 'good', half: null, later: null }]);
  await writeFile(join(folder, '202.bad.sql'), 'CREATE TABLE half ()');
  t.same(await migrateOn(folder), ['202.bad.sql', '203.later.sql'], 'after a fix, migration continues there');
});

t.test('each migration is idempotent', async (t) => {
  const run = async () => {
    for (const name of SHIPPED) await app.pg.query(await readFile(join('migrations', name), 'utf8'));
  };
  await run();
  const songs = (await call('GET', '/songs')).body;
  await run();
  t.same((await call('GET', '/songs')).body, songs);
  await t.resolves(createTask(call));
});

t.test('a migration that was changed after it was applied is reported', async (t) => {
  const folder = await migrations(t, { '251.kept.sql': 'CREATE TABLE kept ();\n-- A comment' });
  await migrateOn(folder);
  await writeFile(join(folder, '251.kept.sql'), 'CREATE TABLE kept ();\r\n-- A comment');
  t.same(await migrateOn(folder), [], 'line breaks may differ');
  await writeFile(join(folder, '251.kept.sql'), 'CREATE TABLE kept (column_of_tomorrow integer)');
  await t.rejects(migrateOn(folder), {
    name: 'ConfigError',
    message:
      'DATABASE_URL names a database in which 251.kept.sql was applied with other statements: applied migrations must not change, add a new one.',
  });
  await app.pg.query('DELETE FROM schema_checksums WHERE version = 251');
  t.same(await migrateOn(folder), [], 'an older release stored no checksum');
});

t.test('an index is built outside of a transaction', async (t) => {
  const index =
    '-- setlist: no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS indexed_by_year ON indexed (year)';
  const folder = await migrations(t, {
    '261.indexed.sql': 'CREATE TABLE indexed (year integer); INSERT INTO indexed VALUES (2016), (2016)',
    '262.index.sql': index.replace('INDEX CONCURRENTLY', 'UNIQUE INDEX CONCURRENTLY'),
    '263.later.sql': 'CREATE TABLE after_index ()',
  });
  await t.rejects(migrateOn(folder), { code: '23505' }, 'the years are not unique');
  const isValid = async () =>
    (await app.pg.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'indexed_by_year'::regclass"))
      .rows;
  t.same(await isValid(), [{ indisvalid: false }]);
  await app.pg.query('DELETE FROM indexed WHERE ctid <> (SELECT min(ctid) FROM indexed)');
  t.same(await migrateOn(folder), ['262.index.sql', '263.later.sql'], 'the invalid index is replaced');
  t.same(await isValid(), [{ indisvalid: true }]);
  // The view shows the locks of all databases of the server.
  const { rows } = await app.pg.query(`
    SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE locktype = 'advisory' AND objid = 7305216 AND datname = current_database()`);
  t.equal(rows.length, 0);
});

t.test('a schema can be checked without a change', async (t) => {
  const folder = await migrations(t, { '271.wanted.sql': 'CREATE TABLE wanted ()' });
  const client = await app.pg.connect();
  await t.rejects(checkSchema(client, folder, log), {
    name: 'ConfigError',
    message:
      'DATABASE_URL names a database without the migrations 271.wanted.sql: run npm run migrate, or start with MIGRATE=on.',
  });
  t.same((await client.query("SELECT to_regclass('wanted') AS found")).rows, [{ found: null }]);
  await t.resolves(checkSchema(client, 'migrations', log));
  client.release();
});

t.test('a command runs the migrations, for instances that only check them', async (t) => {
  const environment = await newDatabase(t);
  const run = async (variables: Record<string, string>) => {
    const { PATH = '' } = process.env;
    const child = execFile(process.execPath, ['dist/src/migrate.js'], { env: { PATH, ...variables } });
    let errors = '';
    child.stderr?.on('data', (text) => (errors += text));
    const [code] = await once(child, 'close');
    return { code, errors };
  };
  const { output } = await failToStart(t, { MIGRATE: 'check', ...environment });
  t.match(output, /without the migrations 001\.songs\.sql/);
  t.same(await run(environment), { code: 0, errors: '' });
  t.same(await run(environment), { code: 0, errors: '' }, 'there is nothing left to do');
  const { call } = await startProcess(t, { MIGRATE: 'check', ...environment });
  t.equal((await call('GET', '/songs')).status, 200);
  t.match(await run({ DATABASE_URL: 'mysql://db' }), { code: 1, errors: /^DATABASE_URL must be/ });
});

t.test('migrations of a newer release cause a warning', async (t) => {
  const folder = await migrations(t, { '301.newer.sql': 'CREATE TABLE newer ()' });
  await migrateOn(folder);
  const { log, messages } = keepingLog();
  t.same(await migrateOn('migrations', { log }), []);
  t.same(messages, ['The database has migrations that this release does not know']);
});

t.test('a table of another application is not changed', async (t) => {
  await app.pg.query('CREATE TABLE orders (theirs integer)');
  const folder = await migrations(t, {
    '401.orders.sql': 'CREATE TABLE IF NOT EXISTS orders (ours integer)',
  });
  const sentence =
    'DATABASE_URL names a schema of another application: there is a table "orders" that the service did not create.';
  await t.rejects(migrateOn(folder), { name: 'ConfigError', message: sentence });
  t.equal((await app.pg.query('SELECT FROM schema_migrations WHERE version = 401')).rowCount, 0);

  await app.pg.query("UPDATE schema_migrations SET name = '001.theirs.sql' WHERE version = 1");
  await t.rejects(migrateOn('migrations'), { name: 'ConfigError', message: /a table "schema_migrations"/ });
  await app.pg.query("UPDATE schema_migrations SET name = '001.songs.sql' WHERE version = 1");

  await app.pg.query(
    'CREATE SCHEMA theirs; CREATE TABLE theirs.schema_migrations (version varchar PRIMARY KEY)',
  );
  await app.pg.query('SET search_path = theirs, public');
  await t.rejects(migrateOn('migrations'), { name: 'ConfigError', message: /a table "schema_migrations"/ });
  await app.pg.query('RESET search_path');
});

t.test('a recorded migration without its table is reported', async (t) => {
  const folder = await migrations(t, { '501.moved.sql': 'CREATE TABLE moved ()' });
  await migrateOn(folder);
  await app.pg.query('CREATE SCHEMA other; ALTER TABLE moved SET SCHEMA other');
  await t.rejects(migrateOn(folder), {
    name: 'ConfigError',
    message:
      'DATABASE_URL names a database without the table "moved", although its migration is recorded: check the search_path.',
  });
});

t.test('a backfill outside of a transaction commits its chunks', async (t) => {
  const folder = await migrations(t, {
    '271.filled.sql': 'CREATE TABLE filled (n integer); INSERT INTO filled VALUES (1), (2), (0)',
    '272.backfill.sql': `-- setlist: no-transaction
DO $$ BEGIN FOR i IN 1..3 LOOP UPDATE filled SET n = 6 / n WHERE n = 3 - i; COMMIT; END LOOP; END $$`,
  });
  await t.rejects(migrateOn(folder), { code: '22012' }, 'a division by zero');
  t.same((await app.pg.query('SELECT n FROM filled ORDER BY n')).rows, [{ n: 0 }, { n: 3 }, { n: 6 }]);
  await app.pg.query('DELETE FROM filled WHERE n = 0');
  t.same(await migrateOn(folder), ['272.backfill.sql']);
});

t.test('a missing privilege is described by the name in the message', async (t) => {
  for (const [message, problem] of [
    ['permission denied for schema public', /may not create the tables of the service: GRANT CREATE/],
    ['permission denied for schema pgboss', /may not create or use the schema pgboss: GRANT CREATE/],
    [
      'keine Berechtigung für Tabelle schema_checksums',
      /without privileges on the table "schema_checksums"\.$/,
    ],
  ] as const) {
    const denied = Object.assign(new Error(message), { code: '42501' });
    await t.rejects(
      explained(() => Promise.reject(denied)),
      { name: 'ConfigError', message: problem },
    );
  }
});

// The embedded database has neither a second process nor timeouts.
if (onServer) {
  /** A connection to a new, empty database. */
  const emptyDatabase = async (t: Test) => {
    const { DATABASE_URL } = await testDatabase(t);
    return async (config: pg.ClientConfig = {}) => {
      const client = new pg.Client({ connectionString: DATABASE_URL, ...config });
      await client.connect();
      t.teardown(() => client.end());
      return client;
    };
  };

  t.test('instances that start concurrently wait for each other', async (t) => {
    const connect = await emptyDatabase(t);
    const folder = await migrations(t, {
      '101.slow.sql': 'CREATE TABLE slow (); SELECT pg_sleep(0.2)',
      '102.slower.sql': 'CREATE TABLE slower (); SELECT pg_sleep(0.2)',
    });
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect()));
    const ran = await Promise.all(clients.map((client) => migrate(client, folder, { log, lockTimeout: 50 })));
    t.same(ran.flat().sort(), ['101.slow.sql', '102.slower.sql']);
  });

  t.test('a migration may take longer than the statement timeout', async (t) => {
    const connect = await emptyDatabase(t);
    const folder = await migrations(t, { '101.long.sql': 'CREATE TABLE long (); SELECT pg_sleep(0.5)' });
    const client = await connect({ statement_timeout: 100, idle_in_transaction_session_timeout: 100 });
    t.same(await migrate(client, folder, { log }), ['101.long.sql']);
    await t.rejects(client.query('SELECT pg_sleep(0.5)'), { code: '57014' }, 'the session keeps its timeout');
  });

  t.test('a wait for a lock may exceed the statement timeout and is logged', async (t) => {
    const connect = await emptyDatabase(t);
    const folder = await migrations(t, { '101.first.sql': 'CREATE TABLE first ()' });
    const holder = await connect();
    await holder.query('BEGIN');
    await holder.query('SELECT pg_advisory_xact_lock(7305216)');
    const client = await connect({ statement_timeout: 100 });
    const { log, messages } = keepingLog();
    const migrated = migrate(client, folder, { log, lockTimeout: 60 });
    await until(() => messages.length > 3, 'It does not retry');
    t.same(
      new Set(messages),
      new Set(['Waiting for a lock: another instance migrates the database, or uses a table']),
    );
    await holder.query('COMMIT');
    t.same(await migrated, ['101.first.sql']);
  });

  t.test('an instance with nothing to migrate does not wait for the migrations of another', async (t) => {
    const connect = await emptyDatabase(t);
    const folder = await migrations(t, { '101.first.sql': 'CREATE TABLE first ()' });
    const holder = await connect();
    await migrate(holder, folder, { log });
    await holder.query('BEGIN');
    await holder.query('SELECT pg_advisory_xact_lock(7305216)');
    t.same(await migrate(await connect(), folder, { log }), []);
  });
}

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import t, { type Test } from 'tap';
import { migrate } from '../../src/database/migrate.ts';
import { onServer, temporaryFolder, testDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';

const { app, call } = await startService(t);

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
  t.same(await migrate(app.pg.pool, folder), ['101.first.sql', '102.second.sql']);
  t.same(await migrate(app.pg.pool, folder), []);
  t.same((await app.pg.query('SELECT step FROM steps')).rows, [{ step: 1 }, { step: 2 }]);
  const { rows } = await app.pg.query('SELECT name FROM schema_migrations ORDER BY version');
  t.same(
    rows.map(({ name }) => name),
    ['001.songs.sql', '002.tasks.sql', '003.search.sql', '101.first.sql', '102.second.sql'],
  );
});

t.test('a migration that fails leaves nothing behind, and those after it wait', async (t) => {
  const folder = await migrations(t, {
    '201.good.sql': 'CREATE TABLE good ()',
    '202.bad.sql': 'CREATE TABLE half (); SELECT 1 / 0',
    '203.later.sql': 'CREATE TABLE later ()',
  });
  await t.rejects(migrate(app.pg.pool, folder), { code: '22012' });
  const { rows } = await app.pg.query(
    "SELECT to_regclass('good') AS good, to_regclass('half') AS half, to_regclass('later') AS later",
  );
  t.match(rows, [{ good: 'good', half: null, later: null }]);
  await writeFile(join(folder, '202.bad.sql'), 'CREATE TABLE half ()');
  t.same(
    await migrate(app.pg.pool, folder),
    ['202.bad.sql', '203.later.sql'],
    'mended, it goes on from there',
  );
});

t.test('each migration is safe to run twice', async (t) => {
  for (const name of ['001.songs.sql', '002.tasks.sql', '003.search.sql']) {
    await app.pg.query(await readFile(join('migrations', name), 'utf8'));
  }
  t.equal((await call('GET', '/songs')).body.length, 3);
  t.equal((await call('POST', '/tasks', { json: { title: 'Still works' } })).status, 201);
});

// The embedded database never has a second process to wait for.
if (onServer) {
  t.test('instances that start at once wait for each other', async (t) => {
    const { DATABASE_URL } = await testDatabase(t);
    const folder = await migrations(t, { '101.slow.sql': 'CREATE TABLE slow (); SELECT pg_sleep(0.2)' });
    const pools = Array.from({ length: 4 }, () => new pg.Pool({ connectionString: DATABASE_URL }));
    const ran = await Promise.all(pools.map((pool) => migrate(pool, folder)));
    await Promise.all(pools.map((pool) => pool.end()));
    t.same(ran.flat(), ['101.slow.sql']);
  });
}

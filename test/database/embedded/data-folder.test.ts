import { chmod, cp, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pino from 'pino';
import t, { type Test } from 'tap';
import {
  checkDatabase,
  makeDatabase,
  openDataFolder,
  unopenable,
} from '../../../src/database/embedded/data-folder.ts';
import { startEmbeddedPostgres } from '../../../src/database/embedded/postgres.ts';
import { embeddedDatabase, temporaryFolder } from '../../support/database.ts';
import { startService } from '../../support/service.ts';

const silent = pino({ level: 'silent' });
const start = (dataDir: string) =>
  startEmbeddedPostgres({ dataDir, fsync: false, onRestart: async () => {} }, silent);

/** A copy of a complete database. */
async function databaseFolder(t: Test): Promise<{ folder: string; database: string }> {
  const { DATA_DIR = '' } = await embeddedDatabase(t);
  return { folder: DATA_DIR, database: join(DATA_DIR, 'postgresql') };
}

t.test('an incomplete database is rejected with its path and not changed', async (t) => {
  const { folder, database } = await databaseFolder(t);
  const remedy = 'Restore it from a backup, or name another folder.';
  const notWhole = (name: string) => `has no ${name}, or an empty one, so it is not a complete database`;
  const version = join(database, 'PG_VERSION');
  const aside = join(folder, 'aside');
  for (const [name, damage, problem] of [
    [
      'PG_VERSION',
      () => rename(version, aside),
      'contains files but no PG_VERSION, so it is not a complete database',
    ],
    ['PG_VERSION', () => writeFile(version, ''), 'has an empty PG_VERSION, so it is not a complete database'],
    [
      'PG_VERSION',
      () => writeFile(version, '16\n'),
      'contains a database of PostgreSQL 16; this is PostgreSQL 18',
    ],
    ['global/pg_control', undefined, notWhole('global/pg_control')],
    ['pg_wal', undefined, notWhole('pg_wal')],
    ['pg_xact', undefined, notWhole('pg_xact')],
    ['base', undefined, notWhole('base')],
    ['postgresql.conf', () => writeFile(join(database, 'postgresql.conf'), ''), notWhole('postgresql.conf')],
  ] as const) {
    const path = join(database, name);
    const kept = join(folder, 'kept');
    await cp(path, kept, { recursive: true });
    await (damage ?? (() => rm(path, { recursive: true })))();
    await t.rejects(start(folder), {
      name: 'ConfigError',
      message: `DATA_DIR ${database} ${problem}. ${remedy}`,
    });
    await rm(path, { recursive: true, force: true });
    await rename(kept, path);
    await rm(aside, { force: true });
  }
  t.ok(await checkDatabase(database), 'and it is whole again');
});

t.test('a database that PostgreSQL cannot open is rejected with its message, every time', async (t) => {
  const { folder, database } = await databaseFolder(t);
  await writeFile(join(database, 'global', 'pg_control'), Buffer.alloc(8192));
  for (let attempt = 0; attempt < 2; attempt++) {
    await t.rejects(start(folder), {
      name: 'ConfigError',
      message: /^DATA_DIR .*postgresql contains a database that PostgreSQL cannot open: \w.*\. Restore it/,
    });
  }
});

t.test('a database whose tables cannot be read is rejected with the code', async (t) => {
  const { folder, database } = await databaseFolder(t);
  const { app } = await startService(t, { DATA_DIR: folder });
  const { rows } = await app.pg.query("SELECT pg_relation_filepath('schema_migrations') AS path");
  await app.close();
  await rm(join(database, rows[0].path));
  await t.rejects(startService(t, { DATA_DIR: folder }), {
    name: 'ConfigError',
    message: `DATA_DIR ${folder} contains a database that fails (58P01).`,
  });
});

t.test('a disk error is not reported as a broken database', async (t) => {
  t.match(unopenable('/data/postgresql', new Error('ENOSPC: no space left on device, write')), {
    name: 'ConfigError',
    message: 'DATA_DIR /data/postgresql cannot be used: ENOSPC: no space left on device, write.',
  });
});

t.test('an unusable folder is rejected with the reason', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'file');
  await writeFile(file, '');
  const loop = join(folder, 'loop');
  await symlink(loop, loop);
  for (const [path, problem] of [
    [file, 'it is a file (EEXIST)'],
    [join(file, 'data'), 'a part of its path is a file (ENOTDIR)'],
    [join(loop, 'data'), 'its path is a loop of symbolic links (ELOOP)'],
    [join(folder, 'x'.repeat(300)), 'its name is too long (ENAMETOOLONG)'],
    ['/dev/null/data', 'a part of its path is a file (ENOTDIR)'],
  ] as const) {
    await t.rejects(start(path), {
      name: 'ConfigError',
      message: `DATA_DIR ${path} cannot be used: ${problem}.`,
    });
  }
  // Linux rejects a folder there as if its parent did not exist.
  if (process.platform === 'linux') {
    await t.rejects(start('/proc/x'), {
      message: 'DATA_DIR /proc/x cannot be used: no folder can be created there (ENOENT).',
    });
  }
});

t.test('a database path that is not a folder is rejected', async (t) => {
  const folder = await temporaryFolder(t);
  const database = join(folder, 'postgresql');
  await writeFile(database, '');
  await t.rejects(start(folder), {
    message: `DATA_DIR ${database} cannot be used: a part of its path is a file (ENOTDIR).`,
  });
  await rm(database);
  await mkdir(database);
  await writeFile(join(folder, 'PG_VERSION'), '16');
  await t.rejects(start(folder), { message: /^DATA_DIR .* holds the files of a PostgreSQL server itself/ });
  await rm(join(folder, 'PG_VERSION'));
  t.notOk(await checkDatabase(database), 'an empty folder has room for a new one');
  await symlink(join(database, 'global'), join(database, 'global'));
  await writeFile(join(database, 'PG_VERSION'), '18');
  await mkdir(join(database, 'base', '1'), { recursive: true });
  await t.rejects(checkDatabase(database), { message: /loop of symbolic links \(ELOOP\)/ });
});

// Permissions do not bind root.
if (process.getuid?.() !== 0) {
  t.test('a folder of another user is rejected', async (t) => {
    const folder = await temporaryFolder(t);
    await chmod(folder, 0o500);
    await t.rejects(start(folder), { message: /this user has no permission \(EACCES\)/ });
    await chmod(folder, 0o700);
  });
}

t.test('missing parent folders are created, private to their user', async (t) => {
  const folder = join(await temporaryFolder(t), 'a', 'b');
  const { database, lock } = await openDataFolder(folder, true);
  t.equal(database, join(folder, 'postgresql'));
  await lock.release();
});

t.test('an unusable TMPDIR is reported', async (t) => {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = join(await temporaryFolder(t), 'missing');
  t.teardown(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });
  await t.rejects(start('memory://'), {
    name: 'ConfigError',
    message: /^TMPDIR .*missing cannot be written/,
  });
});

t.test('a failed creation of a database leaves no files', async (t) => {
  const folder = join(await temporaryFolder(t), 'postgresql');
  const fill = async (partial: string) => {
    await writeFile(join(partial, 'PG_VERSION'), '18');
    throw new Error('No space left on device');
  };
  await t.rejects(makeDatabase(folder, true, fill), { message: 'No space left on device' });
  t.same(await readdir(dirname(folder)), []);
});

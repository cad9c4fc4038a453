import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import t, { type Test } from 'tap';
import { DurableFiles, startParams } from '../../../src/database/embedded/files.ts';
import { embeddedDatabase, temporaryFolder } from '../../support/database.ts';
import { watchedDisk } from '../../support/power-failure.ts';

const open = (folder: string, fsync: boolean) =>
  PGlite.create({ fs: new DurableFiles(folder), startParams: startParams(fsync) });

/** Writes to a database, simulates a power failure, and returns the lost acknowledged writes. */
async function lostByPowerFailure(t: Test, fsync: boolean, rounds: number): Promise<number> {
  const { DATA_DIR = '' } = await embeddedDatabase(t);
  const folder = join(DATA_DIR, 'postgresql');
  const disk = watchedDisk(t, folder);
  const database = await open(folder, fsync);
  t.teardown(() => database.close());
  await database.exec('CREATE TABLE acknowledged (id integer PRIMARY KEY, n integer, filling text)');
  let lost = 0;
  for (let round = 0; round < rounds; round++) {
    for (let write = 0; write < 20; write++) {
      await database.query("INSERT INTO acknowledged VALUES ($1, 0, repeat('x', 1000))", [
        round * 20 + write,
      ]);
      await database.query('UPDATE acknowledged SET n = n + 1 WHERE id = $1', [round * 20 + write]);
    }
    // Some rounds end after a checkpoint, which removes the log of its writes, or after a new log file.
    if (round % 3 === 1) await database.exec('CHECKPOINT');
    if (round % 3 === 2) await database.exec('SELECT pg_switch_wal()');
    const left = join(await temporaryFolder(t), 'left');
    await mkdir(left);
    disk.leave(left);
    const after = await open(left, fsync);
    const { rows } = await after
      .query<{ n: number }>('SELECT n FROM acknowledged WHERE n = 1')
      .catch(() => ({ rows: [] }));
    await after.close();
    lost += (round + 1) * 20 - rows.length;
  }
  return lost;
}

t.test('an acknowledged write survives a power failure', async (t) => {
  t.equal(await lostByPowerFailure(t, true, 4), 0);
});

t.test('without fsync an acknowledged write is lost: the proof can fail', async (t) => {
  t.ok((await lostByPowerFailure(t, false, 1)) > 0);
});

t.test('a commit of any number of rows takes one sync of the log, a read none', async (t) => {
  const { DATA_DIR = '' } = await embeddedDatabase(t);
  const folder = join(DATA_DIR, 'postgresql');
  const disk = watchedDisk(t, folder);
  const database = await open(folder, true);
  t.teardown(() => database.close());
  await database.exec('CREATE TABLE counted (n integer)');
  const syncsOf = async (sql: string) => {
    const before = disk.syncs();
    await database.query(sql);
    return disk.syncs() - before;
  };
  t.equal(await syncsOf('INSERT INTO counted VALUES (1)'), 1);
  t.equal(await syncsOf('INSERT INTO counted SELECT generate_series(1, 25)'), 1);
  t.equal(await syncsOf('UPDATE counted SET n = 2'), 1);
  t.equal(await syncsOf('SELECT * FROM counted'), 0);
});

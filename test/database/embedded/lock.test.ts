import { spawnSync } from 'node:child_process';
import fs, { existsSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import t from 'tap';
import { lockFolder } from '../../../src/database/embedded/lock.ts';
import { temporaryFolder } from '../../support/database.ts';

t.test('a folder has one holder at a time', async (t) => {
  const folder = await temporaryFolder(t);
  const lock = await lockFolder(folder);
  await t.rejects(lockFolder(folder), {
    name: 'ConfigError',
    message: `DATA_DIR ${folder} is in use by another running Setlist.`,
  });
  await lock.release();
  await (await lockFolder(folder)).release();
});

t.test('the lock of a killed process is taken over by exactly one process', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'lock.sock');
  spawnSync(process.execPath, [
    '-e',
    `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
  ]);
  t.ok(existsSync(path), 'the socket still exists');
  const results = await Promise.allSettled([lockFolder(folder), lockFolder(folder), lockFolder(folder)]);
  const held = results.filter((result) => result.status === 'fulfilled');
  t.equal(held.length, 1);
  await held[0]?.value.release();
});

t.test('a lock that another process takes over concurrently stays with it', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'lock.sock');
  writeFileSync(path, '');
  // The moment is too short to occur by chance: here, each check of the file sees another one.
  const { statSync } = fs;
  const lookWith = (look: (path: string) => object) => {
    Object.assign(fs, { statSync: look });
    syncBuiltinESMExports();
  };
  t.teardown(() => lookWith(statSync));
  let looks = 0n;
  lookWith(() => ({ ino: looks++, mtimeNs: 0n }));
  await t.rejects(lockFolder(folder), { name: 'ConfigError', message: /is in use/ });
  t.ok(existsSync(path), 'it was restored');

  lookWith((path) => {
    const found = statSync(path, { bigint: true });
    rmSync(path);
    return found;
  });
  await t.rejects(lockFolder(folder), { name: 'ConfigError', message: /is in use/ });
});

t.test('a path that is too long for a socket is rejected', async (t) => {
  const folder = join(await temporaryFolder(t), 'x'.repeat(120));
  await mkdir(folder);
  await t.rejects(lockFolder(folder), { name: 'ConfigError', message: /^DATA_DIR is too long a path/ });
});

t.test('a missing folder is an error', async (t) => {
  await t.rejects(lockFolder(join(await temporaryFolder(t), 'missing')), { code: /ENOENT|EACCES/ });
});

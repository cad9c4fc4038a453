import { join } from 'node:path';
import t from 'tap';
import { embeddedDatabase, temporaryFolder } from './support/database.ts';
import { failToStart, startProcess } from './support/process.ts';

t.test('a second process on the same folder is rejected, and the first continues', async (t) => {
  const database = await embeddedDatabase(t);
  const first = await startProcess(t, database);
  const { code, output } = await failToStart(t, { ...database, PORT: '0', LOG_LEVEL: 'silent' });
  t.equal(code, 1);
  t.equal(output, `DATA_DIR ${database.DATA_DIR} is in use by another running Setlist.\n`);
  t.equal((await first.call('GET', '/songs')).status, 200);
  t.equal(await first.end('SIGTERM'), 0);
});

t.test('unusable paths abort startup with one sentence', async (t) => {
  const { code, output } = await failToStart(t, {
    DATA_DIR: 'memory://',
    TMPDIR: join(await temporaryFolder(t), 'missing'),
  });
  t.equal(code, 1);
  t.match(output, /^TMPDIR .*missing cannot be written.*\n$/);
});

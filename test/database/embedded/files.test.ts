import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { syncPath, syncTree } from '../../../src/database/embedded/files.ts';
import { temporaryFolder } from '../../support/database.ts';

t.test('a folder that cannot be synced is not an error, a missing folder is', async (t) => {
  const folder = await temporaryFolder(t);
  t.doesNotThrow(() => syncTree(folder));
  if (existsSync('/proc/self')) t.doesNotThrow(() => syncPath('/proc/self'), 'EINVAL');
  t.throws(() => syncPath(join(folder, 'missing')), { code: 'ENOENT' });
});

import { rm } from 'node:fs/promises';
import t from 'tap';
import { temporaryFolder } from './support/database.ts';

const SENTENCE = 'The working directory no longer exists: start the service in another one.\n';

t.test('the check ends the process with a message', async (t) => {
  const home = process.cwd();
  const folder = await temporaryFolder(t);
  const exit = t.capture(process, 'exit', () => {});
  const write = t.capture(process.stderr, 'write', () => true);
  process.chdir(folder);
  t.teardown(() => process.chdir(home));
  await rm(folder, { recursive: true });
  await import('../src/working-directory.ts');
  process.chdir(home);
  t.match(write(), [{ args: [SENTENCE] }]);
  t.match(exit(), [{ args: [1] }]);
});

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { unique } from '../support/builders.ts';
import { temporaryFolder } from '../support/database.ts';
import { startService } from '../support/service.ts';

const run = promisify(execFile);

t.test('the example imports a file, and shows the failures', async (t) => {
  const { app, call } = await startService(t);
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  const artist = unique('Artist');
  const file = join(await temporaryFolder(t), 'songs.csv');
  await writeFile(file, `song,artist\na,${artist}\nb,${artist}\n`);
  const command = ['examples/transfers/import.mjs', file, `${base}/songs`];
  const { stdout } = await run(process.execPath, command);
  t.match(stdout, '100 %, 2 created, 0 failed, succeeded');
  t.equal((await call('GET', `/songs?artist=${artist}`)).body.length, 2);
  const again = await run(process.execPath, command);
  t.match(again.stdout, '2 created', 'a repeated import has no second effect');

  await writeFile(file, `song,artist\nc,${artist}\n,${artist}\n`);
  const failure = await run(process.execPath, command).catch((error: unknown) => error);
  t.match(failure, {
    code: 1,
    stdout: /1 created, 1 failed, succeeded\n\{"line":3,"code":"validation_failed"/,
  });
});

t.test('the example reports an error of the service', async (t) => {
  const { app } = await startService(t);
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  const file = join(await temporaryFolder(t), 'songs.csv');
  await writeFile(file, 'x');
  const failure = await run(process.execPath, [
    'examples/transfers/import.mjs',
    file,
    `${base}/albums`,
  ]).catch((error: unknown) => error);
  t.match(failure, { code: 1, stderr: /responds with 404/ });
});

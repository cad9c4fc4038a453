import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createSong } from '../support/builders.ts';
import { acceptingKeys, authenticated, testKey } from '../support/credentials.ts';
import { temporaryFolder } from '../support/database.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

t.test('the example in Node.js follows events, and goes on after a restart', async (t) => {
  const key = testKey('ada', ['songs:read', 'songs:write']);
  const { app, call } = await startService(t, acceptingKeys(key));
  const client = authenticated(call, key.key);
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  const state = join(await temporaryFolder(t), 'state');
  let output = '';
  const start = (token: string): ChildProcess => {
    const child = spawn(process.execPath, ['examples/events/follow.mjs', base, state], {
      env: { PATH: process.env.PATH, SETLIST_TOKEN: token },
    });
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    t.teardown(() => child.kill('SIGKILL'));
    return child;
  };

  const first = start(key.key);
  await until(() => app.events.size === 1, 'It does not connect');
  const before = await createSong(client);
  await until(() => output.includes(`song.created ${before.url}\n`), 'It does not show the event');
  await until(() => readFileSync(state, 'utf8').startsWith('1-'), 'It does not store the id');
  first.kill('SIGKILL');
  await once(first, 'close');
  const meanwhile = await createSong(client);
  start(key.key);
  await until(() => output.includes(`song.created ${meanwhile.url}\n`), 'It does not go on');
  t.equal(output.split('\n').filter((line) => line !== '').length, 2, 'no event is shown twice');

  const [code] = await once(start('garbage'), 'close');
  t.equal(code, 1);
  t.match(output, /The service responds with 401/);
});

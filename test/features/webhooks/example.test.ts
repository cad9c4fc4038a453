import { spawn } from 'node:child_process';
import t from 'tap';
import { createSong } from '../../support/builders.ts';
import { until } from '../../support/until.ts';
import { createWebhook, startSending } from './service.ts';

t.test('the example receives events, verifies them, and handles each once', async (t) => {
  const { call } = await startSending(t);
  // The secret is only known after the webhook was created.
  const { path, secret } = await createWebhook(call, { url: 'http://127.0.0.1:9/' });
  const child = spawn(process.execPath, ['examples/webhooks/receiver.mjs', '0'], {
    env: { PATH: process.env.PATH, WEBHOOK_SECRET: secret },
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const address = () => /Listening on (\S+)/.exec(output)?.[1];
  await until(() => address() !== undefined, 'It does not listen');
  const url = `${address()}/hooks`;
  t.equal((await call('PATCH', path, { json: { url } })).status, 200);
  const song = await createSong(call);
  await until(() => output.includes(`song.created ${song.url}\n`), 'It does not show the event');

  const forged = await fetch(url, { method: 'POST', body: '{}', headers: { 'webhook-id': 'a' } });
  t.equal(forged.status, 400);
  await until(() => output.includes('Refused: Missing required headers'), 'It does not show the refusal');
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import t from 'tap';
import { bearer } from '../support/credentials.ts';
import { startService } from '../support/service.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

t.test('the settings and the token of npm run issuer work together', async (t) => {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    ['dist/scripts/issuer.js', '--port', String(port), 'ada', 'songs:read'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'close');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes('Further tokens')) break;
  }
  const environment = Object.fromEntries(
    [...output.matchAll(/^ {2}(AUTH\w*)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  t.match(environment, { AUTH: 'on', AUTH_ISSUER: `http://localhost:${port}` });
  const token = /^ {2}(eyJ\S+)$/m.exec(output)?.[1] ?? '';

  const { call } = await startService(t, environment);
  const headers = bearer(token);
  t.same((await call('GET', '/me', { headers })).body, { id: 'ada', scopes: ['songs:read'], via: 'token' });
  t.equal((await call('GET', '/songs', { headers })).status, 200);
  t.equal((await call('GET', '/tasks', { headers })).status, 403);
  child.kill('SIGTERM');
  t.same(await ended, [0, null]);
});

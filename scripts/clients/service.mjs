import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from './catalogue.mjs';

/**
 * Starts the built service with authentication, on a temporary database in memory. Its credential has every scope for songs and
 * for the caller's tasks.
 *
 * @returns {Promise<{ url: string, credential: string, stop: () => Promise<void> }>}
 * @throws if the service exits instead of listening.
 */
export async function startService() {
  const { PATH } = process.env;
  const { generateApiKey, hashOf } = await import(join(root, 'dist', 'src', 'identity', 'api-keys.js'));
  const credential = generateApiKey();
  const scopes = 'songs:read,songs:write,tasks:read,tasks:write';
  const API_KEYS = `client:${hashOf(credential).toString('hex')}:${scopes}`;
  const child = spawn(process.execPath, [join(root, 'dist', 'src', 'server.js')], {
    cwd: root,
    env: {
      PATH,
      PORT: '0',
      DATA_DIR: 'memory://',
      LOG_LEVEL: 'info',
      NODE_ENV: 'production',
      AUTH: 'on',
      API_KEYS,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    await closed;
  };
  let output = '';
  /** @type {Promise<string>} */
  const listening = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
        const url = /Setlist listens on (http:\/\/[^"\s]+)/.exec(output)?.[1];
        if (url) resolve(url);
      });
  });
  const url = await Promise.race([listening, closed.then(() => undefined)]);
  if (url === undefined) throw new Error(`The service exited:\n${output}`);
  return { url, credential, stop };
}

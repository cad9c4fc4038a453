import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The time limit of a command, in milliseconds: the first run downloads packages. */
const TIMEOUT = 300_000;

/**
 * Runs a command to its end.
 *
 * @param {readonly string[]} command
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, timeout?: number | undefined }} options `env` is added to the
 *   environment of this process.
 * @returns {Promise<{ ok: boolean, output: string, ms: number }>} stdout and stderr, merged.
 */
export async function runCommand([program = '', ...parameters], { cwd, env, timeout = TIMEOUT }) {
  const start = performance.now();
  let output = '';
  const child = spawn(program, parameters, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
    killSignal: 'SIGKILL',
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close').catch((error) => {
    output += error.message;
    return [error.code];
  });
  if (code === null) output += `\n${program} was ended by ${child.signalCode}`;
  return { ok: code === 0, output, ms: performance.now() - start };
}

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type OpenLoad, type OpenResult, RESPONSE_DEADLINE } from './open-load.ts';

/** The additional time for its start and exit, in milliseconds. */
const PATIENCE = 15_000;

/**
 * Sends requests on schedule from a child process.
 *
 * @throws {Error} if it fails; the reason of the signal if that aborts it.
 */
export async function runGenerator(load: OpenLoad, signal: AbortSignal): Promise<OpenResult> {
  const timeout = (load.warmUpSeconds + load.seconds) * 1000 + RESPONSE_DEADLINE + PATIENCE;
  const child = spawn(process.execPath, [join(import.meta.dirname, 'generator.js')], {
    stdio: 'pipe',
    signal,
    timeout,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(load));
  const [code, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`The open-loop generator exited with code ${code}:\n${errors}`);
  return JSON.parse(output);
}

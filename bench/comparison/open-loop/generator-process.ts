import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ANSWER_DEADLINE, type OpenLoad, type OpenResult } from './open-load.ts';

/** How much longer than it sends and waits it may take to start and to end, in milliseconds. */
const PATIENCE = 15_000;

/**
 * Sends requests on schedule, from a process of its own.
 *
 * @throws {Error} when it fails; the reason of the signal when that breaks it off.
 */
export async function runGenerator(load: OpenLoad, signal: AbortSignal): Promise<OpenResult> {
  const timeout = (load.warmUpSeconds + load.seconds) * 1000 + ANSWER_DEADLINE + PATIENCE;
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
  if (code !== 0) throw new Error(`The open-loop generator ended with code ${code}:\n${errors}`);
  return JSON.parse(output);
}

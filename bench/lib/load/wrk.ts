import { spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Load, LoadResult } from './load.ts';
import { parseWrkOutput } from './wrk-output.ts';
import { wrkScript } from './wrk-script.ts';

/** The additional time for the start and exit of wrk, in milliseconds. */
const PATIENCE = 15_000;

/** The version of wrk; undefined if it is not installed. */
export function wrkVersion(): string | undefined {
  const { error, stdout } = spawnSync('wrk', ['-v'], { encoding: 'utf8' });
  return error ? undefined : (/^wrk (\S+)/.exec(stdout)?.[1] ?? 'unknown');
}

/** Sends requests with wrk, from one thread. */
export async function runWrk(load: Load): Promise<LoadResult> {
  const { base, requests, connections, seconds, folder, signal } = load;
  const seed = load.seed ?? Math.floor(Math.random() * 2 ** 31);
  const script = join(folder, 'requests.lua');
  await writeFile(script, wrkScript(requests, seed));
  const url = `${base}${'path' in requests && !requests.numbers ? requests.path : '/'}`;
  const child = spawn(
    'wrk',
    ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '--latency', '-s', script, url],
    { stdio: ['ignore', 'pipe', 'pipe'], signal, timeout: seconds * 1000 + PATIENCE, killSignal: 'SIGKILL' },
  );
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`wrk exited with code ${code}:\n${errors}${output}`);
  return parseWrkOutput(output);
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Outcome } from '../outcome.ts';

const MAIN = join(import.meta.dirname, 'main.js');

/** Runs the properties in a process of their own, so that several can run at once. */
export async function runProperties(
  environment: Readonly<Record<string, string>>,
  seed: number,
  examples: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [MAIN, `--seed=${seed}`, `--examples=${examples}`],
    { env: { PATH: process.env.PATH, ...environment }, maxBuffer: 100_000_000, signal },
  );
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Options } from '../options.ts';
import type { Outcome } from '../outcome.ts';

const MAIN = join(import.meta.dirname, 'main.js');

interface PropertyOptions extends Pick<Options, 'examples' | 'operations'> {
  seed: number;
  signal: AbortSignal;
}

/** Runs the properties in a child process, so that several can run concurrently. */
export async function runProperties(
  environment: Readonly<Record<string, string>>,
  { seed, examples, operations, signal }: PropertyOptions,
): Promise<Outcome> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      MAIN,
      `--seed=${seed}`,
      `--examples=${examples}`,
      ...(operations ? [`--operations=${operations.join()}`] : []),
    ],
    { env: { PATH: process.env.PATH, ...environment }, maxBuffer: 100_000_000, signal },
  );
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/package.ts';
import type { Results } from '../lib/results.ts';

/**
 * Makes the folder for what a run finds: `bench/results/`, then the time at which it began.
 *
 * @returns Its path.
 */
export async function makeResultsFolder(began: Date): Promise<string> {
  const folder = join(packageRoot, 'bench', 'results', began.toISOString().replaceAll(':', '-'));
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Writes everything that was measured so far; whoever reads the file never sees half of it. */
export async function writeResults(folder: string, results: Results): Promise<string> {
  const file = join(folder, 'results.json');
  await writeFile(`${file}.new`, `${JSON.stringify(results, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
  return file;
}

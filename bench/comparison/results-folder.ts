import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/package.ts';
import type { Results } from '../lib/results.ts';

/**
 * Creates the folder of a run: `bench/results/` and the start time of the run.
 *
 * @returns Its path.
 */
export async function makeResultsFolder(began: Date): Promise<string> {
  const folder = join(packageRoot, 'bench', 'results', began.toISOString().replaceAll(':', '-'));
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Writes the results so far; a reader never sees a partial file. */
export async function writeResults(folder: string, results: Results): Promise<string> {
  const file = join(folder, 'results.json');
  await writeFile(`${file}.new`, `${JSON.stringify(results, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
  return file;
}

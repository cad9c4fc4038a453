import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/package.ts';

/**
 * Writes all measurements as JSON to a file that is named after the start of the run.
 *
 * @returns The path of the file.
 */
export async function keepResults(began: Date, results: object): Promise<string> {
  const folder = join(packageRoot, 'bench', 'results');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${began.toISOString().replaceAll(':', '-')}.json`);
  await writeFile(file, `${JSON.stringify({ date: began.toISOString(), ...results }, undefined, 2)}\n`);
  return file;
}

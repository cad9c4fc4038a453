import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { Results } from '../lib/results.ts';

/** The results cannot be read; the message is for the user. */
export class ResultsError extends Error {
  override readonly name = 'ResultsError';
}

/**
 * Reads the results of a run.
 *
 * @throws {ResultsError} if the file does not exist, or does not have this format.
 */
export function readResults(file: string): Results {
  const results = parse(file);
  const [error] = Value.Errors(Results, results);
  if (error)
    throw new ResultsError(
      `${file} holds no results of a comparison: ${error.path || '/'}: ${error.message}.`,
    );
  return Value.Decode(Results, results);
}

/**
 * The results of the newest run, among all `results.json` in the folder and its subfolders.
 *
 * @throws {ResultsError} if there are none.
 */
export function newestResults(folder: string): string {
  const files = filesIn(folder);
  const dated = files.flatMap((file) => {
    try {
      return [{ file, began: readResults(file).began }];
    } catch {
      return [];
    }
  });
  const [newest] = dated.sort((a, b) => Date.parse(b.began) - Date.parse(a.began));
  if (!newest)
    throw new ResultsError(`There are no results of a comparison under ${folder}: run npm run bench first.`);
  return newest.file;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ResultsError(`${file} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
}

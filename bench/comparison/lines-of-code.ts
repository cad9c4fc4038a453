import { execFile, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { glob } from 'tinyglobby';

/** cloc's own counting program, a Perl script, in the package of the same name. */
const cloc = createRequire(import.meta.url).resolve('cloc/lib/cloc');

/** What is installed or built in a peer's folder, and would match the globs of some. */
const foreign = ['**/node_modules/**', '**/target/**', '**/dist/**', '**/build/**', '**/.venv/**'];

export interface LinesOfCode {
  total: number;
  /** By the path in the folder. */
  files: Record<string, number>;
}

/** Whether this machine can count: cloc is a Perl script. */
export function canCountLines(): boolean {
  return spawnSync('perl', [cloc, '--version']).status === 0;
}

/**
 * Counts the lines that are neither blank nor only comment, as cloc does.
 *
 * @param sources Globs, relative to the folder.
 * @param temporary A folder for what cloc reads and keeps.
 * @throws {Error} when a glob matches nothing, or a file is in no language that cloc knows.
 */
export async function countLines(
  folder: string,
  sources: readonly string[],
  temporary: string,
): Promise<LinesOfCode> {
  const matches = await Promise.all(
    sources.map(async (source) => {
      const files = await glob(source, { cwd: folder, ignore: foreign, dot: true });
      if (files.length === 0) throw new Error(`No file matches ${source}.`);
      return files;
    }),
  );
  const files = [...new Set(matches.flat())].sort();
  const list = join(temporary, 'cloc-files.txt');
  await writeFile(list, files.join('\n'));
  const { stdout } = await promisify(execFile)(
    'perl',
    [cloc, `--list-file=${list}`, '--by-file', '--json', '--skip-uniqueness', '--quiet'],
    { cwd: folder, maxBuffer: 2 ** 26 },
  );
  const counted: Record<string, { code?: number }> = stdout.trim() === '' ? {} : JSON.parse(stdout);
  const lines = await Promise.all(files.map((file) => linesOf(folder, file, counted)));
  const byFile = Object.fromEntries(files.map((file, index) => [file, lines[index] ?? 0]));
  return { total: lines.reduce((sum, each) => sum + each, 0), files: byFile };
}

async function linesOf(
  folder: string,
  file: string,
  counted: Record<string, { code?: number }>,
): Promise<number> {
  const lines = (counted[file] ?? counted[`./${file}`])?.code;
  if (lines !== undefined) return lines;
  // cloc leaves out what is empty, such as the __init__.py of a package.
  if ((await readFile(join(folder, file), 'utf8')).trim() === '') return 0;
  throw new Error(`cloc does not know how to count ${file}.`);
}

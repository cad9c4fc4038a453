import { execFile, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { glob } from 'tinyglobby';

/** cloc, a Perl script from the package of the same name. */
const cloc = createRequire(import.meta.url).resolve('cloc/lib/cloc');

/** Folders of installed or built files, which some globs would match. */
const foreign = ['**/node_modules/**', '**/target/**', '**/dist/**', '**/build/**', '**/.venv/**'];

export interface LinesOfCode {
  total: number;
  /** By path, relative to the folder. */
  files: Record<string, number>;
}

/** Whether Perl, which cloc needs, is installed. */
export function canCountLines(): boolean {
  return spawnSync('perl', [cloc, '--version']).status === 0;
}

/**
 * Counts lines of code without blank lines and comments, with cloc.
 *
 * @param sources Globs, relative to the folder.
 * @param temporary A folder for the temporary files of cloc.
 * @throws {Error} if a glob matches no file, or cloc does not support the language of a file.
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
  // cloc skips empty files, such as the __init__.py of a package.
  if ((await readFile(join(folder, file), 'utf8')).trim() === '') return 0;
  throw new Error(`cloc does not support the language of ${file}.`);
}

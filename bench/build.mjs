// Compiles the lab into dist/bench. Installs the lab's packages from their lock file first, unless they are up to date.
// --check only checks the types, including those of the report's page.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const inLab = (/** @type {string[]} */ ...path) => join(import.meta.dirname, ...path);
const run = (/** @type {string[]} */ ...command) =>
  execFileSync(process.execPath, command, { cwd: root, stdio: ['ignore', 2, 2] });
const compile = (/** @type {string[]} */ ...parameters) =>
  run('node_modules/typescript/bin/tsc', ...parameters);

installPackages();
if (process.argv.includes('--check')) {
  compile('-p', 'bench', '--noEmit');
  compile('-p', 'bench/report/page');
} else {
  run('scripts/build.mjs', '--if-stale');
  compile('-p', 'bench');
  linkPackages();
}

function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(inLab('package-lock.json')))
    .digest('hex');
  const stamp = inLab('node_modules', '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing the packages of the benchmark lab…');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 2, 2],
  });
  writeFileSync(stamp, lock);
}

/** Node.js resolves packages from the folder of the compiled files. */
function linkPackages() {
  const folder = join(root, 'dist', 'bench');
  const link = join(folder, 'node_modules');
  if (existsSync(link)) return;
  rmSync(link, { force: true });
  symlinkSync(relative(folder, inLab('node_modules')), link);
}

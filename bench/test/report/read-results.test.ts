import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../../src/package.ts';
import { newestResults, ResultsError, readResults } from '../../report/read-results.ts';
import { sampleResults } from './sample-results.ts';

const results = sampleResults({ rounds: 1, connections: [64] });
const command = join(packageRoot, 'dist', 'bench', 'report', 'main.js');
const run = (...args: string[]) => spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });

t.test('written results are read unchanged', async (t) => {
  const folder = t.testdir({ 'results.json': JSON.stringify(results) });
  t.same(readResults(join(folder, 'results.json')), results);
});

t.test('invalid results are an error that names the file', async (t) => {
  const folder = t.testdir({
    'broken.json': '{',
    'other.json': JSON.stringify({ ...results, format: 2 }),
    'half.json': JSON.stringify({ ...results, closed: [{ peer: 'gin' }] }),
  });
  t.throws(() => readResults(join(folder, 'missing.json')), ResultsError);
  t.throws(() => readResults(join(folder, 'broken.json')), ResultsError);
  t.throws(() => readResults(join(folder, 'other.json')), { message: /other\.json.*\/format/ });
  t.throws(() => readResults(join(folder, 'half.json')), { message: /\/closed\/0/ });
});

t.test('the newest results are those that began last; other files are ignored', async (t) => {
  const at = (began: string) => ({ 'results.json': JSON.stringify({ ...results, began }) });
  const folder = t.testdir({
    a: at('2026-11-20T10:00:00.000Z'),
    b: at('2026-11-20T09:00:00.000Z'),
    'of-another-command.json': '{"measurements": []}',
  });
  t.equal(newestResults(folder), join(folder, 'a', 'results.json'));
  t.throws(() => newestResults(join(folder, 'nowhere')), { message: /npm run bench first/ });
});

t.test('the command writes the page next to the results, and overwrites it', async (t) => {
  const folder = t.testdir({ 'results.json': JSON.stringify(results) });
  const file = join(folder, 'results.json');
  const page = join(folder, 'report.html');
  writeFileSync(page, 'the previous page');
  const { status, stdout } = run(file);
  t.equal(status, 0);
  t.match(stdout, /report\.html\n# 1 report of 13 peers and \d+ rounds/);
  t.match(readFileSync(page, 'utf8'), /^<!doctype html>/);
});

t.test('without results, the command fails with a message', async (t) => {
  const folder = t.testdir({});
  const missing = run(join(folder, 'results.json'));
  t.match(missing, { status: 1, stderr: /cannot be read/ });
  t.match(run('--help'), { status: 1, stderr: /^Usage: npm run bench:report/ });
  mkdirSync(join(folder, 'empty'));
  t.equal(existsSync(join(folder, 'report.html')), false);
});

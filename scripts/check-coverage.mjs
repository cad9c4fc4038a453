// Fails if the last test run did not cover every line, function and statement of src/ and schemas/, or too few branches.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const required = { lines: 100, functions: 100, statements: 100, branches: 95 };
/** @typedef {Record<keyof typeof required, { pct: number, covered: number, total: number }>} Coverage */

/** @type {Record<string, Coverage>} */
const { total, ...files } = JSON.parse(readFileSync('.tap/report/coverage-summary.json', 'utf8'));
if (!total) throw new Error('There is no coverage report.');

const measures = /** @type {(keyof typeof required)[]} */ (Object.keys(required));
const describe = (/** @type {Coverage} */ coverage) =>
  measures.map((measure) => `${coverage[measure].pct} % ${measure}`).join(', ');

for (const [file, coverage] of Object.entries(files)) {
  if (measures.some((measure) => coverage[measure].pct < 100)) {
    console.log(`${relative('.', file)}: ${describe(coverage)}`);
  }
}
console.log(`Coverage of ${Object.keys(files).length} files: ${describe(total)}`);
const missed = measures.filter((measure) => total[measure].pct < required[measure]);
if (missed.length > 0) {
  console.error(
    `Coverage is too low: ${missed.map((measure) => `${measure} must be ${required[measure]} %`).join(', ')}.`,
  );
  process.exit(1);
}

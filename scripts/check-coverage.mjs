// Fails if the last test run did not cover every line, function and statement of src/ and schemas/, or too few branches.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const required = { lines: 100, functions: 100, statements: 100, branches: 95 };
/** @typedef {Record<keyof typeof required, { pct: number, covered: number, total: number }>} Coverage */

const report = (/** @type {string} */ name) => JSON.parse(readFileSync(`.tap/report/${name}.json`, 'utf8'));
/** @type {Record<string, Coverage>} */
const { total, ...files } = report('coverage-summary');
if (!total) throw new Error('There is no coverage report.');

const measures = /** @type {(keyof typeof required)[]} */ (Object.keys(required));
const missed = measures.filter((measure) => total[measure].pct < required[measure]);
console.log(
  `Coverage of ${Object.keys(files).length} files: ${measures.map((measure) => `${total[measure].pct} % ${measure}`).join(', ')}`,
);
if (missed.length > 0) {
  /** @type {Record<string, { statementMap: Record<string, { start: { line: number } }>, s: Record<string, number> }>} */
  const details = report('coverage-final');
  for (const [file, coverage] of Object.entries(files)) {
    if (missed.every((measure) => coverage[measure].pct >= required[measure])) continue;
    const { statementMap = {}, s = {} } = details[file] ?? {};
    const lines = Object.keys(s)
      .filter((id) => s[id] === 0)
      .map((id) => statementMap[id]?.start.line);
    console.error(
      `${relative('.', file)}: ${missed.map((measure) => `${coverage[measure].pct} % ${measure}`).join(', ')}; lines not covered: ${lines.join(', ') || 'none'}`,
    );
  }
  console.error(
    `Coverage is too low: ${missed.map((measure) => `${measure} must be ${required[measure]} %`).join(', ')}.`,
  );
  process.exit(1);
}

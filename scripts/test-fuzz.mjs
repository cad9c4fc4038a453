// Builds the project, tests the generators and properties against services with known faults, and runs the campaign:
// see test/fuzz/main.ts.
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
const run = (/** @type {string[]} */ ...command) => {
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
};

run(
  'scripts/test.mjs',
  'test/fuzz/options.test.ts',
  'test/fuzz/properties/campaign.test.ts',
  'test/fuzz/schemathesis/report.test.ts',
);
run('dist/test/fuzz/main.js', ...args);

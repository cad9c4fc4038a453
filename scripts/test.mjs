// Compiles and runs the tests on the embedded database. --postgres runs the database tests on a PostgreSQL server
// (TEST_DATABASE_URL, or a temporary one), --plain without batching. Arguments such as
// test/features/songs/songs.test.ts run only these files; the tests of the benchmark lab in bench/test always need them.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildTap } from './tap.mjs';
import { startThrowawayPostgres } from './throwaway-postgres.mjs';

const onServer = process.argv.includes('--postgres');
const isPlain = process.argv.includes('--plain');
const files = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
/** Coverage is only meaningful for the whole suite. */
const isMeasured = files.length === 0 && !isPlain && !onServer;
const run = (/** @type {string[]} */ ...command) =>
  execFileSync('npx', ['--no', ...command], { stdio: 'inherit' });

execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
rmSync('dist/test', { recursive: true, force: true });
run('tsc');
if (files.some((file) => /^(\.\/)?bench\//.test(file)))
  execFileSync(process.execPath, ['bench/build.mjs'], { stdio: 'inherit' });
buildTap();

const { TEST_DATABASE_URL: given, ...environment } = process.env;
const server = onServer && given === undefined ? await startThrowawayPostgres() : undefined;
if (!onServer) execFileSync(process.execPath, ['dist/test/support/prepare.js'], { stdio: 'inherit' });

/** The tests that use the database of the service; without batching, the tests of visible behaviour. */
const DATABASE_TESTS = isPlain
  ? /^(crud\/batching|features|database\/(batching\/batching|hang))|^(durability|linearizability)/
  : /^(contract|crud|events|transfer|background|features|identity\/ownership|database\/(batching\/)?[^/]+$|.*\/(plugin|response-validation)\.)|^[^/]+$/;
/** Tests in the same folders that do not use it. */
const INDEPENDENT =
  /^(config|embedded-process|package|stop|working-directory|http\/(request-target|body-limit|conditional-requests|shared-serializers))\.test\.js$/;
const ofDatabase = () =>
  readdirSync('dist/test', { encoding: 'utf8', recursive: true })
    .filter((file) => file.endsWith('.test.js') && DATABASE_TESTS.test(file) && !INDEPENDENT.test(file))
    .map((file) => join('dist/test', file));

const chosen = files.map((file) => file.replace(/^(?:\.\/)?(.*)\.ts$/, 'dist/$1.js'));
const compiled = chosen.length === 0 && (onServer || isPlain) ? ofDatabase() : chosen;
const { status } = spawnSync(
  'npx',
  ['--no', 'tap', ...compiled, ...(isMeasured ? [] : ['--disable-coverage'])],
  {
    stdio: 'inherit',
    env: {
      ...environment,
      ...(isPlain && { TEST_BATCHING: 'off' }),
      ...(onServer && { TEST_DATABASE_URL: given ?? server?.url }),
    },
  },
);
await server?.stop();
const isCovered = () =>
  spawnSync(process.execPath, ['scripts/check-coverage.mjs'], { stdio: 'inherit' }).status === 0;
if (status !== 0 || (isMeasured && !isCovered())) process.exitCode = 1;

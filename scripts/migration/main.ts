// Changes the schema under load, on a temporary PostgreSQL server, and fails if a request fails:
//   npm run drill:migration -- --release v0.2.0 --rows 50000 --rate 40
// First a rollout: the previous release (a tag or a commit; by default, the one of the version in package.json) runs while its schema is
// migrated to that of this release; the acceptance tests of both run on the new schema. Then the column of examples/schema-change/ is added
// and removed. At the end, two bad changes, of which the drill must notice that requests fail. --only rollout|column runs one part.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/package.ts';
import { failureOf } from '../ops/commands.ts';
import { type ServerProcess, setlist, startServer } from '../server-process.ts';
import { buildTap, runAcceptance } from '../tap.mjs';
import { startThrowawayPostgres } from '../throwaway-postgres.mjs';
import { BAD_CHANGES, change, execute, expandAndContract, type Step } from './expand-contract.ts';
import { findPreviousRelease, PreviousRelease } from './previous-release.ts';
import { SongLoad } from './song-load.ts';

const { values: given } = parseArgs({
  options: {
    release: { type: 'string' },
    rows: { type: 'string', default: '50000' },
    rate: { type: 'string', default: '40' },
    only: { type: 'string' },
  },
});
/** The time of load before and after the migrations of this release, in milliseconds. */
const AROUND = 3_000;
const ROWS = Number(given.rows);
const RATE = Number(given.rate);

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort());

const folder = await mkdtemp(join(tmpdir(), 'setlist-migration-'));
const postgres = await startThrowawayPostgres();
const running = new Set<ServerProcess>();
let passed = 0;
let failed = 0;
try {
  if (given.only !== 'column') await rollOut(await newDatabase('rollout'));
  if (given.only !== 'rollout') await changeColumn(await newDatabase('changing'));
} catch (error) {
  report('the drill runs to its end', String(error));
} finally {
  await Promise.all([...running].map((service) => service.stop()));
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
console.log(`# ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** The rollout of this release, step by step, on a database of the previous one. */
async function rollOut(url: string): Promise<void> {
  const reference = given.release ?? findPreviousRelease();
  console.log(`Installing the previous release, ${reference}…`);
  const previous = new PreviousRelease(reference, folder);
  buildTap();
  const ofPrevious = { DATABASE_URL: url };
  const ofThis = { DATABASE_URL: url, MIGRATE: 'check' };

  let old = await start(ofPrevious, previous.script);
  const names = previous.newMigrations();
  console.log(`  ${names.length} new migrations`);
  if (names.length > 0) {
    const expected = `without the migrations ${names.join(', ')}:`;
    const refusal = await start(ofThis).then(
      () => 'It starts',
      (error: Error) => (error.message.includes(expected) ? undefined : error.message),
    );
    report('this release does not start on the schema of the previous one (MIGRATE=check)', refusal);
  }

  const load = new SongLoad([old.base], 3);
  const stop = new AbortController();
  const loading = load.run(RATE, stop.signal);
  await delay(AROUND);
  const script = join(packageRoot, 'dist', 'src', 'migrate.js');
  report('npm run migrate', await failureOf('env', `DATABASE_URL=${url}`, process.execPath, script));
  await delay(AROUND);
  stop.abort();
  await loading;
  const { requests, failures, slowest } = await load.take();
  const seen = `${requests} requests of the previous release meanwhile, the slowest in ${Math.round(slowest)} ms`;
  report(`no request failed: ${seen}`, failures);

  await end(old);
  old = await start(ofPrevious, previous.script);
  const before = await runAcceptance(old.base, previous.folder);
  report(
    `the previous release on the new schema, after a restart: ${before.passed} of its acceptance checks`,
    before.output,
  );
  const service = await start(ofThis);
  const after = await runAcceptance(service.base);
  report(`this release on the migrated schema: ${after.passed} acceptance checks`, after.output);
  await end(service);
  await end(old);
}

/** Adds a column and removes it, while two instances have requests. */
async function changeColumn(url: string): Promise<void> {
  const first = await start({ DATABASE_URL: url });
  const fill = `SET session_replication_role = replica;
    INSERT INTO songs (song, artist, year) SELECT 'song ' || n, 'artist ' || n, 1950 + n % 76 FROM generate_series(1, ${ROWS}) AS n`;
  await execute(url, fill);
  const second = await start({ DATABASE_URL: url, MIGRATE: 'check' });
  const load = new SongLoad([first.base, second.base], ROWS);
  const stop = new AbortController();
  const loading = load.run(RATE, stop.signal);
  try {
    console.log('| step | duration | retried | requests | failed | slowest |\n|---|---|---|---|---|---|');
    const steps: Step[] = [];
    await expandAndContract(url, load, folder, (step) => {
      print(step);
      steps.push(step);
    });
    const requests = steps.reduce((sum, step) => sum + step.requests, 0);
    const failures = steps.flatMap((step) => step.failures);
    report(`no request of ${requests} failed`, failures.slice(0, 20));
    const waited = steps.filter(({ hasRetried }) => hasRetried).length;
    report('migrations behind a long transaction retried', waited === 2 ? undefined : `${waited} of 2 did`);
    for (const bad of BAD_CHANGES) {
      const step = await change(url, load, bad);
      print(step);
      report(
        `noticed: ${step.failures.length} requests failed, such as ${step.failures[0]}`,
        step.failures.length > 0 ? undefined : 'None failed: the drill would not notice a bad migration',
      );
    }
  } finally {
    stop.abort();
    await loading;
    await end(first);
    await end(second);
  }
}

async function start(
  environment: Readonly<Record<string, string>>,
  script = setlist,
): Promise<ServerProcess> {
  const own = await mkdtemp(join(folder, 'instance-'));
  const service = await startServer(script, { MAX_TASKS: '0', ...environment }, own, interruption.signal);
  running.add(service);
  return service;
}

async function end(service: ServerProcess): Promise<void> {
  running.delete(service);
  await service.stop();
}

async function newDatabase(name: string): Promise<string> {
  await execute(postgres.url, `CREATE DATABASE ${name}`);
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  return url.href;
}

function print({ name, duration, hasRetried, requests, failures, slowest }: Step): void {
  const cells = [
    name,
    `${Math.round(duration)} ms`,
    hasRetried ? 'yes' : 'no',
    requests,
    failures.length,
    `${Math.round(slowest)} ms`,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

/** Counts a check, and prints what is wrong, if anything. */
function report(title: string, outcome: string | string[] | undefined): void {
  const flaws = [outcome ?? []].flat();
  if (flaws.length === 0) passed++;
  else failed++;
  console.log(`${flaws.length === 0 ? 'ok' : 'not ok'} - ${title}`);
  for (const flaw of flaws) console.log(flaw.trimEnd().replaceAll(/^/gm, '    '));
}

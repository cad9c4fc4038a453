// Tests the service behind PgBouncer in transaction mode, with the settings of docs/operations.md, and the starts that are refused, on
// a temporary PostgreSQL server:
//   npm run test:pgbouncer
// It needs PostgreSQL's programs, and PgBouncer 1.21 or newer: PGBOUNCER names one; on Debian, a newer release's is downloaded.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGBOUNCER_SETTINGS } from '../../src/database/server-check.ts';
import { Checks } from '../checks.ts';
import { type ServerProcess, setlist, startServer } from '../server-process.ts';
import { buildTap, runAcceptance } from '../tap.mjs';
import { startThrowawayPostgres } from '../throwaway-postgres.mjs';
import { type Pooler, startPooler } from './pooler.ts';
import { findPgbouncer, versionOf } from './program.ts';
import { flawOfRefusal, flawOfStandby, PRIVILEGES, prepareRefusals, run, urlOf } from './refusals.ts';
import { flawOfTransfers, followEvents, sendReads } from './traffic.ts';

/** Connections to the server, for two instances with 13 each. */
const POOL_SIZE = 5;
const READS = 3_000;
const EVENTS = 20;
/** More than one page of the cursor of an export. */
const ROWS = 2_500;
const ROLES = ['postgres', 'app', 'lacking', 'nobody'];
/** The settings that the service itself asks for. */
const DOCUMENTED = PGBOUNCER_SETTINGS.split(' and ');
const SIZES = [`default_pool_size = ${POOL_SIZE}`, 'max_client_conn = 300'];
/** Defaults of a database that would change results. PgBouncer passes on the first three, and ignores the others. */
const FOREIGN_DEFAULTS = [
  "DateStyle = 'German'",
  "TimeZone = 'Asia/Kathmandu'",
  "client_encoding = 'LATIN1'",
  "default_transaction_isolation = 'serializable'",
  'array_nulls = off',
];

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort());

buildTap();
const command = findPgbouncer();
const folder = await mkdtemp(join(tmpdir(), 'setlist-pgbouncer-'));
const postgres = await startThrowawayPostgres();
const poolers: Pooler[] = [];
const checks = new Checks();
try {
  console.log(`PgBouncer ${versionOf(command)}`);
  await run(postgres.url, ...ROLES.slice(1).map((role) => `CREATE ROLE ${role} LOGIN`));
  const pooler = await newPooler(...DOCUMENTED);
  await testMigrationsThroughPooler(pooler);
  await testSeparateMigrations(pooler);
  await testWithoutPreparedStatements();
  await testRefusals(pooler);
} catch (error) {
  await checks.report('the test runs to its end', String(error));
} finally {
  for (const pooler of poolers) await pooler.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
checks.end();

async function newPooler(...settings: string[]): Promise<Pooler> {
  const pooler = await startPooler(command, postgres.url, ROLES, [...settings, ...SIZES], folder);
  poolers.push(pooler);
  return pooler;
}

/** Two instances that start at the same time on an empty database. */
async function testMigrationsThroughPooler(pooler: Pooler): Promise<void> {
  await run(postgres.url, 'CREATE DATABASE pooled');
  const environment = { DATABASE_URL: pooler.urlOf(urlOf(postgres.url, 'pooled')) };
  await withInstances('migrations through the pooler', environment, async ([first, second]) => {
    await Promise.all([testAcceptance(first), testAcceptance(second)]);
    await checks.report(`${READS} concurrent reads`, sendReads([first, second], READS));
    await checks.report('prepared statements are reused', flawOfReuse(pooler));
    const servers = await pooler.command('SHOW SERVERS');
    const count = servers.filter(({ database }) => database === 'pooled').length;
    await checks.report(
      'the instances share the connections',
      count <= POOL_SIZE ? [] : `There are ${count} connections`,
    );
    const { delays, flaws } = await followEvents(first, second, EVENTS);
    await checks.report('events of another instance arrive, by polls', flaws);
    const median = delays[Math.floor(delays.length / 2)] ?? 0;
    console.log(
      `  ${delays.length} events, after ${Math.round(median)} ms (median), ${Math.round(delays.at(-1) ?? 0)} ms (slowest)`,
    );
    await checks.report('imports in a job, and exports with a cursor', flawOfTransfers(first, ROWS));
  });
}

/** Migrations over their own connection, as their owner; a role without the right to create tables; a database with other defaults. */
async function testSeparateMigrations(pooler: Pooler): Promise<void> {
  const owner = urlOf(postgres.url, 'migrated');
  await run(postgres.url, 'CREATE DATABASE migrated');
  await run(owner, ...PRIVILEGES, ...FOREIGN_DEFAULTS.map((text) => `ALTER DATABASE migrated SET ${text}`));
  const environment = {
    DATABASE_URL: pooler.urlOf(urlOf(postgres.url, 'migrated', 'app')),
    MIGRATION_DATABASE_URL: owner,
    BATCHING: 'off',
  };
  const sentence =
    /^DATABASE_URL leads through a pooler that ignores settings of the session: run (ALTER ROLE … SET default_transaction_isolation = 'read committed'; ALTER ROLE … SET array_nulls = 'on';) then RECONNECT in PgBouncer\.$/;
  const refusal = { environment: { ...environment, MIGRATE: 'off' }, sentence };
  await checks.report('other defaults that PgBouncer does not override are refused', refused(refusal));
  await run(
    postgres.url,
    "ALTER ROLE app SET default_transaction_isolation = 'read committed'; ALTER ROLE app SET array_nulls = 'on'",
  );
  await pooler.command('RECONNECT');
  await withInstances('MIGRATION_DATABASE_URL', environment, async ([first, second]) => {
    const reads = sendReads([first, second], READS);
    await testAcceptance(second);
    await checks.report(`${READS} concurrent reads without batching`, reads);
  });
}

async function testWithoutPreparedStatements(): Promise<void> {
  const [ignored = ''] = DOCUMENTED;
  const pooler = await newPooler(ignored, 'max_prepared_statements = 0');
  const environment = { DATABASE_URL: pooler.urlOf(urlOf(postgres.url, 'pooled')) };
  await withInstances('without max_prepared_statements', environment, async (bases) => {
    await checks.report('reads succeed, by sending their statements again', sendReads(bases, READS));
    const flaw = await flawOfReuse(pooler);
    await checks.report('the test notices that none is reused', flaw === undefined ? 'It does not' : []);
  });
}

async function testRefusals(pooler: Pooler): Promise<void> {
  const strict = await newPooler();
  const refusals = await prepareRefusals(postgres.url, pooler, strict);
  await Promise.all(
    refusals.map(({ title, ...refusal }) => checks.report(`refused: ${title}`, refused(refusal))),
  );
  await checks.report('refused: a standby', flawOfStandby(postgres.url, folder, interruption.signal));
}

function refused(refusal: Parameters<typeof flawOfRefusal>[0]): Promise<string | undefined> {
  return flawOfRefusal(refusal, folder, interruption.signal);
}

/** Starts two instances at the same time, and checks their logs at the end. */
async function withInstances(
  title: string,
  environment: Readonly<Record<string, string>>,
  test: (bases: [string, string]) => Promise<void>,
): Promise<void> {
  const start = async () =>
    startServer(setlist, environment, await mkdtemp(join(folder, 'instance-')), interruption.signal);
  const outcomes = await Promise.allSettled([start(), start()]);
  const instances = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  let logs = '';
  try {
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [String(outcome.reason)] : [],
    );
    await checks.report(`two instances start: ${title}`, failures);
    const [first, second] = instances;
    if (first && second) await test([first.base, second.base]);
  } finally {
    logs = (await Promise.all(instances.map((instance: ServerProcess) => instance.stop()))).join('');
  }
  await checks.report(
    'they log no error',
    logs.split('\n').filter((line) => /"level":[56]0/.test(line)),
  );
}

async function testAcceptance(base: string): Promise<void> {
  const { passed, output } = await runAcceptance(base);
  await checks.report(`acceptance tier, ${passed} checks`, output);
}

/** PgBouncer counts the statements that it prepares on the server, and their uses. */
async function flawOfReuse(pooler: Pooler): Promise<string | undefined> {
  const rows = await pooler.command('SHOW STATS');
  const total = (column: string) => rows.reduce((sum, row) => sum + Number(row[column]), 0);
  const [parsed, bound] = [total('total_server_parse_count'), total('total_bind_count')];
  return bound > 4 * parsed ? undefined : `${parsed} prepared statements, ${bound} uses`;
}

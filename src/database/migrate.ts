import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { ConfigError } from '../config-error.ts';
import { codeOf } from './failures.ts';

/** An arbitrary number, unique among the applications of a database. */
const ADVISORY_LOCK = 7_305_216;

/** The time in milliseconds that a migration waits for a lock before it retries. */
const LOCK_TIMEOUT = 2_000;
const LOCK_NOT_AVAILABLE = '55P03';

/** The columns of `schema_migrations`: a table with other columns belongs to another application. */
const RECORD_COLUMNS = 'version integer, name text, applied_at timestamp with time zone';

interface Migration {
  version: number;
  name: string;
  sql: string;
  /** The tables that it creates, with their schema if they are not in the first one of the search path. */
  tables: string[];
}

interface MigrateOptions {
  log: Record<'info' | 'warn', (context: object, message: string) => void>;
  /** In milliseconds. */
  lockTimeout?: number;
}

/**
 * Runs the pending migrations and returns their names. Each migration runs in a transaction that also records it in
 * `schema_migrations` and holds an advisory lock, so that any number of instances can start concurrently, also through a
 * pooler in transaction mode. A migration has no timeout; it waits for locks only briefly, because other statements queue
 * behind it, and retries until it gets them.
 *
 * A database with migrations of a newer release is accepted with a warning, so that a release can be rolled back.
 *
 * @param client A connection without a client-side timeout.
 * @param folder The folder of the migrations, `NNN.name.sql`.
 * @throws {ConfigError} if the schema belongs to another application, or the role may not change or use it.
 */
export async function migrate(
  client: ClientBase,
  folder: string,
  { log, lockTimeout = LOCK_TIMEOUT }: MigrateOptions,
): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const applied: string[] = [];
  try {
    while ((await pendingMigrations(client, migrations)).length > 0) {
      const name = await withRetries(() => applyNext(client, migrations, lockTimeout), log);
      if (name !== undefined) applied.push(name);
    }
    await checkPrivileges(client, migrations);
  } catch (error) {
    throw schemaProblem(error) ?? error;
  }
  const newer = await unknownMigrations(client, migrations);
  if (newer.length > 0) {
    log.warn({ migrations: newer }, 'The database has migrations that this release does not know');
  }
  return applied;
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      const tables = [...sql.matchAll(/^ *CREATE TABLE (?:IF NOT EXISTS )?([\w.]+)/gm)].map(
        ([, table = '']) => table,
      );
      return { version: Number.parseInt(name, 10), name, sql, tables };
    }),
  );
}

/** Retries a step until it gets its locks, after a random delay. */
async function withRetries<Result>(
  step: () => Promise<Result>,
  log: MigrateOptions['log'],
  attempt = 1,
): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    if (codeOf(error) !== LOCK_NOT_AVAILABLE) throw error;
    log.info({ attempt }, 'Waiting for a lock: another instance migrates the database, or uses a table');
  }
  await delay(Math.random() * 500);
  return withRetries(step, log, attempt + 1);
}

/** Runs the first migration that is pending once the lock is held, and returns its name. */
async function applyNext(
  client: ClientBase,
  migrations: readonly Migration[],
  lockTimeout: number,
): Promise<string | undefined> {
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    // For this transaction only: the timeouts of the pool do not apply to migrations. Older servers lack some of them.
    await client.query(
      `SELECT set_config(name, CASE name WHEN 'lock_timeout' THEN $1 ELSE '0' END, true) FROM pg_settings
       WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`,
      [String(lockTimeout)],
    );
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    const [next] = await pendingMigrations(client, migrations);
    if (next) await apply(client, next);
    await client.query('COMMIT');
    return next?.name;
  } catch (error) {
    // A broken connection has nothing to roll back; the first error is the relevant one.
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function apply(client: ClientBase, { version, name, sql, tables }: Migration): Promise<void> {
  const { rows } = await client.query<{ taken: string }>(
    `SELECT name AS taken FROM unnest($1::text[]) AS name
     JOIN pg_class ON relname = regexp_replace(name, '.*[.]', '')
     JOIN pg_namespace ON pg_namespace.oid = relnamespace
       AND nspname = CASE WHEN name LIKE '%.%' THEN split_part(name, '.', 1) ELSE current_schema() END`,
    [tables],
  );
  for (const { taken } of rows) throw foreign(taken);
  await client.query(`
    CREATE TABLE IF NOT EXISTS schema_migrations (
      version integer PRIMARY KEY,
      name text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
  await client.query(sql);
  await client.query('INSERT INTO schema_migrations (version, name) VALUES ($1, $2)', [version, name]);
}

/** The names of the recorded migrations, by version. */
async function recordedMigrations(client: ClientBase): Promise<Map<number, string>> {
  const { rows: columns } = await client.query<{ columns: string | null }>(
    `SELECT string_agg(attname || ' ' || format_type(atttypid, NULL), ', ' ORDER BY attnum) AS columns
     FROM pg_attribute WHERE attrelid = to_regclass('schema_migrations') AND attnum > 0 AND NOT attisdropped`,
  );
  const found = columns[0]?.columns ?? undefined;
  if (found === undefined) return new Map();
  if (found !== RECORD_COLUMNS) throw foreign('schema_migrations');
  const { rows } = await client.query<Pick<Migration, 'version' | 'name'>>(
    'SELECT version, name FROM schema_migrations ORDER BY version',
  );
  return new Map(rows.map(({ version, name }) => [version, name]));
}

async function pendingMigrations(client: ClientBase, migrations: readonly Migration[]): Promise<Migration[]> {
  const recorded = await recordedMigrations(client);
  return migrations.filter(({ version, name }) => {
    const known = recorded.get(version) ?? name;
    if (known !== name) throw foreign('schema_migrations');
    return !recorded.has(version);
  });
}

async function unknownMigrations(client: ClientBase, migrations: readonly Migration[]): Promise<string[]> {
  const ours = new Set(migrations.map(({ version }) => version));
  return [...(await recordedMigrations(client))]
    .filter(([version]) => !ours.has(version))
    .map(([, name]) => name);
}

/** Checks that the role can find and use each table, which another role may have created, and generate ids. */
async function checkPrivileges(client: ClientBase, migrations: readonly Migration[]): Promise<void> {
  const { rows } = await client.query<{ object: string; privilege: string | null }>(
    `SELECT format('table "%s"', "table") AS object, CASE WHEN to_regclass("table") IS NOT NULL THEN privilege END AS privilege
     FROM unnest($1::text[]) AS "table", unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS privilege
     WHERE NOT coalesce(has_table_privilege(to_regclass("table"), privilege), false)
     UNION ALL
     SELECT format('sequence "%s"', sequence), 'USAGE'
     FROM unnest($1::text[]) AS "table"
     JOIN pg_attribute ON attrelid = to_regclass("table") AND attidentity <> ''
     CROSS JOIN LATERAL pg_get_serial_sequence("table", attname) AS sequence
     -- A function with the rights of its owner writes to the outbox.
     WHERE "table" <> 'outbox' AND NOT has_sequence_privilege(sequence, 'USAGE')`,
    [migrations.flatMap(({ tables }) => tables)],
  );
  for (const { object, privilege } of rows) {
    throw new ConfigError(
      'DATABASE_URL',
      privilege === null
        ? `names a database without the ${object}, although its migration is recorded: check the search_path.`
        : `names a role without the privilege ${privilege} on the ${object}.`,
    );
  }
}

/** The error of missing permissions or a missing schema; undefined for any other error. */
function schemaProblem(error: unknown): ConfigError | undefined {
  const isAboutQueues = error instanceof Error && error.message.includes('pgboss');
  const problems: Readonly<Record<string, string>> = {
    '42501': isAboutQueues
      ? 'names a role that may not create or use the schema pgboss: GRANT CREATE ON DATABASE … TO the role or create the schema for it; a role that runs no migrations needs USAGE.'
      : 'names a role that may not create the tables of the service: GRANT CREATE ON SCHEMA … TO the role, or let their owner run the migrations.',
    '3F000': 'names a database without a schema for new tables: check the search_path.',
  };
  const problem = problems[codeOf(error) ?? ''];
  return problem === undefined ? undefined : new ConfigError('DATABASE_URL', problem, { cause: error });
}

const foreign = (table: string) =>
  new ConfigError(
    'DATABASE_URL',
    `names a schema of another application: there is a table "${table}" that the service did not create.`,
  );

import { setTimeout as delay } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { codeOf } from './failures.ts';
import {
  checkSchema,
  explained,
  foreign,
  type Migration,
  pendingMigrations,
  readMigrations,
} from './schema.ts';

/** An arbitrary number, unique among the applications of a database. */
const ADVISORY_LOCK = 7_305_216;

/**
 * The time in milliseconds that a migration waits for a lock before it retries. All statements on the table wait behind it, so it is a second
 * less than the timeout of lists; PostgreSQL interrupts an autovacuum that blocks it after one second (`deadlock_timeout`).
 */
const LOCK_TIMEOUT = 1_500;
const LOCK_NOT_AVAILABLE = '55P03';
/** The delays before a retry, in milliseconds: in between, the statements that have waited run. */
const MIN_DELAY = 250;
const MAX_DELAY = 500;

interface MigrateOptions {
  log: Record<'info' | 'warn', (context: object, message: string) => void>;
  /** In milliseconds. */
  lockTimeout?: number;
}

/** Another instance migrates the database. */
class Locked extends Error {
  override readonly name = 'Locked';
  readonly code = LOCK_NOT_AVAILABLE;
}

/**
 * Runs the pending migrations, and checks the schema. Each migration runs in a transaction that also records it in
 * `schema_migrations` and holds an advisory lock, so that any number of instances can start concurrently, also through a
 * pooler in transaction mode. A migration has no timeout; it waits for locks only briefly, because other statements queue
 * behind it, and retries until it gets them.
 *
 * A migration that begins with the line `-- setlist: no-transaction` is one statement that cannot run in a transaction,
 * such as `CREATE INDEX CONCURRENTLY IF NOT EXISTS`, or a `DO` that commits a backfill in chunks; it may run twice. It needs a direct
 * connection to the server.
 *
 * @param client A connection without a client-side timeout.
 * @param folder The folder of the migrations, `NNN.name.sql`.
 * @returns The names of the migrations that ran.
 * @throws {ConfigError} if the schema belongs to another application, a migration was changed after it was applied, or
 *   the role may not change or use the schema.
 */
export async function migrate(
  client: ClientBase,
  folder: string,
  { log, lockTimeout = LOCK_TIMEOUT }: MigrateOptions,
): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const applied: string[] = [];
  await explained(async () => {
    let [next] = await pendingMigrations(client, migrations);
    while (next) {
      const apply = next.isTransactional ? applyNext : applyAlone;
      const name = await withRetries(() => apply(client, migrations, lockTimeout), log);
      if (name !== undefined) applied.push(name);
      [next] = await pendingMigrations(client, migrations);
    }
  });
  await checkSchema(client, folder, log);
  return applied;
}

/** Retries a step until it gets its locks, after a random delay. A long wait is logged at growing intervals. */
async function withRetries<Result>(step: () => Promise<Result>, log: MigrateOptions['log']): Promise<Result> {
  let nextLine = 1;
  let outcome = await unlessLocked(step);
  for (let attempt = 1; outcome === undefined; attempt++) {
    if (attempt === nextLine) {
      log.info({ attempt }, 'Waiting for a lock: another instance migrates the database, or uses a table');
      nextLine *= 2;
    }
    await delay(MIN_DELAY + Math.random() * (MAX_DELAY - MIN_DELAY));
    outcome = await unlessLocked(step);
  }
  return outcome.result;
}

/** Undefined if a lock is not available. */
async function unlessLocked<Result>(step: () => Promise<Result>): Promise<{ result: Result } | undefined> {
  try {
    return { result: await step() };
  } catch (error) {
    if (codeOf(error) !== LOCK_NOT_AVAILABLE) throw error;
    return undefined;
  }
}

/** Runs the first migration that is pending once the lock is held, in a transaction, and returns its name. */
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
    await lock(client, 'pg_try_advisory_xact_lock');
    const [next] = await pendingMigrations(client, migrations);
    if (next?.isTransactional) await apply(client, next);
    await client.query('COMMIT');
    return next?.isTransactional ? next.name : undefined;
  } catch (error) {
    // A broken connection has nothing to roll back; the first error is the relevant one.
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function apply(client: ClientBase, migration: Migration): Promise<void> {
  const { sql, tables } = migration;
  const { rows } = await client.query<{ taken: string }>(
    `SELECT name AS taken FROM unnest($1::text[]) AS name
     JOIN pg_class ON relname = regexp_replace(name, '.*[.]', '')
     JOIN pg_namespace ON pg_namespace.oid = relnamespace
       AND nspname = CASE WHEN name LIKE '%.%' THEN split_part(name, '.', 1) ELSE current_schema() END`,
    [tables],
  );
  for (const { taken } of rows) throw foreign(taken);
  await client.query(sql);
  await record(client, migration);
}

/**
 * Waiting instances ask again instead of queueing: a transaction that waits for the lock would keep
 * `CREATE INDEX CONCURRENTLY` from completing.
 */
async function lock(
  client: ClientBase,
  take: 'pg_try_advisory_xact_lock' | 'pg_try_advisory_lock',
): Promise<void> {
  const { rows } = await client.query<{ taken: boolean }>(`SELECT ${take}($1) AS taken`, [ADVISORY_LOCK]);
  if (!rows[0]?.taken) throw new Locked('Another instance migrates the database');
}

async function record(client: ClientBase, { version, name, checksum }: Migration): Promise<void> {
  await client.query(`
    CREATE TABLE IF NOT EXISTS schema_migrations (
      version integer PRIMARY KEY,
      name text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE IF NOT EXISTS schema_checksums (version integer PRIMARY KEY, checksum text NOT NULL)`);
  const text = `
    WITH recorded AS (INSERT INTO schema_migrations (version, name) VALUES ($1, $2))
    INSERT INTO schema_checksums (version, checksum) VALUES ($1, $3)
    ON CONFLICT (version) DO UPDATE SET checksum = excluded.checksum`;
  await client.query(text, [version, name, checksum]);
}

/** Runs the first pending migration outside of a transaction, if it has to, and returns its name. */
async function applyAlone(client: ClientBase, migrations: readonly Migration[]): Promise<string | undefined> {
  await lock(client, 'pg_try_advisory_lock');
  try {
    const [next] = await pendingMigrations(client, migrations);
    if (!next || next.isTransactional) return undefined;
    // It blocks no other statement while it waits.
    await client.query('SET lock_timeout = 0; SET statement_timeout = 0');
    await dropInvalidIndex(client, next.sql);
    await client.query(next.sql);
    await record(client, next);
    return next.name;
  } finally {
    // A broken connection has neither settings nor locks: its error is not the relevant one.
    const reset = `RESET lock_timeout; RESET statement_timeout; SELECT pg_advisory_unlock(${ADVISORY_LOCK})`;
    await Promise.allSettled([client.query(reset)]);
  }
}

/** Drops the index that an interrupted `CREATE INDEX CONCURRENTLY` has left: `IF NOT EXISTS` would accept it. */
async function dropInvalidIndex(client: ClientBase, sql: string): Promise<void> {
  const [, name = null] = /INDEX CONCURRENTLY (?:IF NOT EXISTS )?(\w+)/i.exec(sql) ?? [];
  const { rows } = await client.query<{ index: string }>(
    'SELECT indexrelid::regclass::text AS index FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid',
    [name],
  );
  for (const { index } of rows) await client.query(`DROP INDEX CONCURRENTLY ${index}`);
}

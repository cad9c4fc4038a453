import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientBase } from 'pg';
import { ConfigError } from '../config-error.ts';
import { codeOf } from './failures.ts';

/** The columns of `schema_migrations`: a table with other columns belongs to another application. */
const RECORD_COLUMNS = 'version integer, name text, applied_at timestamp with time zone';

/** The first line of a migration that cannot run in a transaction. */
const NO_TRANSACTION = /^-- setlist: no-transaction$/m;

export interface Migration {
  version: number;
  name: string;
  sql: string;
  /** SHA-256 of the statements, in hex. */
  checksum: string;
  /** Whether it runs in a transaction. */
  isTransactional: boolean;
  /** The tables that it creates, with their schema if they are not in the first one of the search path. */
  tables: string[];
}

/** What is known about a migration that was applied. */
interface Recorded {
  version: number;
  name: string;
  /** Null if it was applied by a release without checksums. */
  checksum: string | null;
}

/** Reads the migrations of a folder, `NNN.name.sql`, in their order. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (name) => {
      // Git may check out other line breaks.
      const sql = (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n');
      const tables = [...sql.matchAll(/^ *CREATE TABLE (?:IF NOT EXISTS )?([\w.]+)/gm)].map(
        ([, table = '']) => table,
      );
      const checksum = createHash('sha256').update(sql).digest('hex');
      const isTransactional = !NO_TRANSACTION.test(sql);
      return { version: Number.parseInt(name, 10), name, sql, checksum, isTransactional, tables };
    }),
  );
}

/**
 * Checks that the database has all migrations of this release, unchanged, and that the role may use their tables. Warns
 * of migrations of a newer release, which are accepted, so that a release can be rolled back.
 *
 * @param folder The folder of the migrations.
 * @throws {ConfigError} if it does not, or if the schema belongs to another application.
 */
export async function checkSchema(
  client: ClientBase,
  folder: string,
  log: Record<'warn', (context: object, message: string) => void>,
): Promise<void> {
  const migrations = await readMigrations(folder);
  await explained(async () => {
    const pending = (await pendingMigrations(client, migrations)).map(({ name }) => name);
    if (pending.length > 0) {
      const problem = `names a database without the migrations ${pending.join(', ')}: run npm run migrate, or start with MIGRATE=on.`;
      throw new ConfigError('DATABASE_URL', problem);
    }
    await checkPrivileges(client, migrations);
    const newer = await unknownMigrations(client, migrations);
    if (newer.length > 0)
      log.warn({ migrations: newer }, 'The database has migrations that this release does not know');
  });
}

/** Runs a function, and explains its errors of missing permissions or a missing schema. */
export async function explained<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw schemaProblem(error) ?? error;
  }
}

/** The recorded migrations, by version. */
async function recordedMigrations(client: ClientBase): Promise<Map<number, Recorded>> {
  const { rows: tables } = await client.query<{ columns: string | null; hasChecksums: boolean }>(
    `SELECT string_agg(attname || ' ' || format_type(atttypid, NULL), ', ' ORDER BY attnum) AS columns,
       to_regclass('schema_checksums') IS NOT NULL AS "hasChecksums"
     FROM pg_attribute WHERE attrelid = to_regclass('schema_migrations') AND attnum > 0 AND NOT attisdropped`,
  );
  const { columns = null, hasChecksums = false } = tables[0] ?? {};
  if (columns === null) return new Map();
  if (columns !== RECORD_COLUMNS) throw foreign('schema_migrations');
  // A table of its own: older releases accept no other column in schema_migrations.
  const { rows } = await client.query<Recorded>(
    hasChecksums
      ? 'SELECT version, name, checksum FROM schema_migrations LEFT JOIN schema_checksums USING (version) ORDER BY version'
      : 'SELECT version, name, NULL AS checksum FROM schema_migrations ORDER BY version',
  );
  return new Map(rows.map((row) => [row.version, row]));
}

/**
 * The migrations that the database lacks.
 *
 * @throws {ConfigError} if a recorded one has another name or other statements.
 */
export async function pendingMigrations(
  client: ClientBase,
  migrations: readonly Migration[],
): Promise<Migration[]> {
  const recorded = await recordedMigrations(client);
  return migrations.filter(({ version, name, checksum }) => {
    const known = recorded.get(version);
    if (known && known.name !== name) throw foreign('schema_migrations');
    if (known && (known.checksum ?? checksum) !== checksum) {
      const problem = `names a database in which ${name} was applied with other statements: applied migrations must not change, add a new one.`;
      throw new ConfigError('DATABASE_URL', problem);
    }
    return !known;
  });
}

async function unknownMigrations(client: ClientBase, migrations: readonly Migration[]): Promise<string[]> {
  const ours = new Set(migrations.map(({ version }) => version));
  return [...(await recordedMigrations(client))]
    .filter(([version]) => !ours.has(version))
    .map(([, { name }]) => name);
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
     -- A function with the rights of its owner writes the changes.
     WHERE "table" <> 'change_sets' AND NOT has_sequence_privilege(sequence, 'USAGE')`,
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
  const message = error instanceof Error ? error.message : '';
  const problems: Readonly<Record<string, string>> = {
    '42501': missingPrivilege(message),
    '3F000': 'names a database without a schema for new tables: check the search_path.',
  };
  const problem = problems[codeOf(error) ?? ''];
  return problem === undefined ? undefined : new ConfigError('DATABASE_URL', problem, { cause: error });
}

/** What the role may not do, by the name in the message, whose language is the server's. */
function missingPrivilege(message: string): string {
  if (message.includes('pgboss'))
    return 'names a role that may not create or use the schema pgboss: GRANT CREATE ON DATABASE … TO the role or create the schema for it; a role that runs no migrations needs USAGE.';
  const [table] = /\bschema_(?:migrations|checksums)\b/.exec(message) ?? [];
  if (table !== undefined) return `names a role without privileges on the table "${table}".`;
  return 'names a role that may not create the tables of the service: GRANT CREATE ON SCHEMA … TO the role, or let their owner run the migrations.';
}

export const foreign = (table: string) =>
  new ConfigError(
    'DATABASE_URL',
    `names a schema of another application: there is a table "${table}" that the service did not create.`,
  );

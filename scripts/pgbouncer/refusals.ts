import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { setlist, startServer } from '../server-process.ts';
import { startThrowawayPostgres } from '../throwaway-postgres.mjs';
import type { Pooler } from './pooler.ts';

/** A start that must be refused, and its sentence. */
export interface Refusal {
  title: string;
  environment: Readonly<Record<string, string>>;
  sentence: RegExp;
}

/** The privileges of a role that runs no migrations, as in docs/operations.md; on the tables of all later migrations. */
export const PRIVILEGES = [
  'ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app',
  'ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO app',
  'ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO app',
];

/** Runs statements, one after the other. */
export async function run(connectionString: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The URL of another database, and of another role. */
export function urlOf(server: string, database: string, role = 'postgres'): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  url.username = role;
  return url.href;
}

/** Starts the service, which must exit, and returns what is wrong, if anything. */
export async function flawOfRefusal(
  { environment, sentence }: Omit<Refusal, 'title'>,
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const own = await mkdtemp(join(folder, 'refused-'));
  try {
    const service = await startServer(setlist, environment, own, signal);
    await service.stop();
    return 'It starts';
  } catch (error) {
    signal.throwIfAborted();
    const lines = error instanceof Error ? error.message.trim().split('\n').slice(1) : [];
    return lines.length === 1 && sentence.test(lines[0] ?? '') ? undefined : String(error);
  }
}

/** Databases and roles that would make requests fail. The database `migrated` has the migrations, and the role `lacking` gets all privileges but one. */
export async function prepareRefusals(server: string, pooler: Pooler, strict: Pooler): Promise<Refusal[]> {
  const locale = "LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0";
  await run(
    server,
    `CREATE DATABASE latin1 ENCODING 'LATIN1' ${locale}`,
    `CREATE DATABASE ascii ENCODING 'SQL_ASCII' ${locale}`,
    'CREATE DATABASE read_only',
    'ALTER DATABASE read_only SET default_transaction_read_only = on',
    'CREATE DATABASE without_icu',
    'CREATE DATABASE empty',
  );
  await run(urlOf(server, 'without_icu'), 'DROP COLLATION pg_catalog."und-x-icu"');
  await run(
    urlOf(server, 'migrated'),
    'GRANT USAGE ON SCHEMA pgboss TO lacking',
    ...['public', 'pgboss'].map(
      (schema) => `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO lacking`,
    ),
    'REVOKE DELETE ON songs FROM lacking',
  );
  const encoding = (name: string) => new RegExp(`^DATABASE_URL names a database in the encoding ${name}, `);
  const unusable = [
    ['latin1', encoding('LATIN1')],
    ['ascii', encoding('SQL_ASCII')],
    ['read_only', /^DATABASE_URL names a database that is read-only: /],
    ['without_icu', /^DATABASE_URL names a server without the collation "und-x-icu": /],
  ] as const;
  const empty = urlOf(server, 'empty', 'app');
  return [
    ...unusable.flatMap(([name, sentence]) => [
      { title: name, environment: { DATABASE_URL: urlOf(server, name) }, sentence },
      {
        title: `${name}, through PgBouncer`,
        environment: { DATABASE_URL: pooler.urlOf(urlOf(server, name)) },
        sentence,
      },
    ]),
    {
      title: 'a role that may not migrate',
      environment: { DATABASE_URL: empty },
      sentence: /^DATABASE_URL names a role that may not create the tables of the service: /,
    },
    {
      title: 'pending migrations with MIGRATE=check',
      environment: { DATABASE_URL: empty, MIGRATE: 'check' },
      sentence: /^DATABASE_URL names a database without the migrations 001\.songs\.sql, /,
    },
    {
      title: 'a role without rights',
      environment: { DATABASE_URL: urlOf(server, 'migrated', 'nobody'), MIGRATE: 'check' },
      sentence: /^DATABASE_URL names a role without privileges on the table "schema_migrations"\.$/,
    },
    {
      title: 'a role without one right',
      environment: { DATABASE_URL: urlOf(server, 'migrated', 'lacking') },
      sentence: /^DATABASE_URL names a role without the privilege DELETE on the table "songs"\.$/,
    },
    {
      title: 'PgBouncer that refuses a startup parameter (08P01)',
      environment: { DATABASE_URL: strict.urlOf(urlOf(server, 'migrated')) },
      sentence:
        /^DATABASE_URL leads to PgBouncer at \S+, which refuses .* ignore_startup_parameters = statement_timeout, /,
    },
    {
      title: 'the same for MIGRATION_DATABASE_URL',
      environment: {
        DATABASE_URL: urlOf(server, 'migrated'),
        MIGRATION_DATABASE_URL: strict.urlOf(urlOf(server, 'migrated')),
      },
      sentence: /^MIGRATION_DATABASE_URL leads to PgBouncer at \S+, which refuses /,
    },
  ];
}

/** Starts a standby of the server, and returns what is wrong with the refusal of its address, if anything. */
export async function flawOfStandby(
  server: string,
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const standby = await startThrowawayPostgres({ primary: server });
  try {
    for (const MIGRATE of ['on', 'check', 'off']) {
      const environment = { DATABASE_URL: urlOf(standby.url, 'migrated'), MIGRATE };
      const sentence = /^DATABASE_URL names a database that is read-only: a standby, /;
      const flaw = await flawOfRefusal({ environment, sentence }, folder, signal);
      if (flaw !== undefined) return `MIGRATE=${MIGRATE}: ${flaw}`;
    }
    return undefined;
  } finally {
    await standby.stop();
  }
}

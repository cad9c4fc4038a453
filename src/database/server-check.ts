import { type ClientBase, DatabaseError } from 'pg';
import { ConfigError } from '../config-error.ts';
import { codeOf } from './failures.ts';
import { SESSION_SETTINGS } from './pool-options.ts';

/** The properties of a server, a database and a session that the service depends on. */
interface ServerFacts {
  /** As in 150013 for 15.13. */
  version: number;
  encoding: string;
  hasIcu: boolean;
  isReadOnly: boolean;
  /** Settings of the session whose values differ from its start-up message. */
  ignored: string[];
}

/** The target of a connection. */
export interface Address {
  host: string;
  port: number;
  database?: string | undefined;
}

/**
 * Checks for problems that would not prevent the start but make requests fail.
 *
 * @param timeout The maximum response time of the server in milliseconds; 0 for no limit.
 * @throws {ConfigError} if the service cannot work with the server, the database or the session.
 */
export async function checkServer(client: ClientBase, timeout: number): Promise<void> {
  // Instants are read in any time zone; UTC is only faster.
  const { TimeZone: _, ...required } = SESSION_SETTINGS;
  const check = {
    text: `
      SELECT
        current_setting('server_version_num')::integer AS version,
        current_setting('server_encoding') AS encoding,
        EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu') AS "hasIcu",
        current_setting('transaction_read_only') = 'on' AS "isReadOnly",
        ARRAY(
          SELECT name FROM unnest($1::text[], $2::text[]) AS wanted (name, value)
          WHERE NOT starts_with(lower(current_setting(name)), lower(value))
        ) AS ignored`,
    values: [Object.keys(required), Object.values(required)],
    query_timeout: timeout,
  };
  const { rows } = await client.query<ServerFacts>(check);
  for (const facts of rows) {
    const problem = problemOf(facts);
    if (problem) throw new ConfigError('DATABASE_URL', problem);
  }
}

/** Describes in one sentence why the service cannot use a server; undefined if it can. */
export function problemOf({
  version,
  encoding,
  hasIcu,
  isReadOnly,
  ignored,
}: ServerFacts): string | undefined {
  if (version < 130_000) {
    return `names a server of PostgreSQL ${Math.floor(version / 10_000)}, but the service needs 13 or newer.`;
  }
  if (encoding !== 'UTF8') {
    return `names a database in the encoding ${encoding}, but the service needs UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`;
  }
  if (!hasIcu) {
    return 'names a server without the collation "und-x-icu": the service needs PostgreSQL with ICU.';
  }
  if (isReadOnly) {
    return 'names a database that is read-only: a standby, or one with default_transaction_read_only = on.';
  }
  if (ignored.length > 0) {
    const statements = ignored.map((name) => `ALTER ROLE … SET ${name} = '${SESSION_SETTINGS[name]}';`);
    return `leads through a pooler that ignores settings of the session: run ${statements.join(' ')} then RECONNECT in PgBouncer.`;
  }
  return undefined;
}

/** Describes in one sentence why there is no connection, without any text of the server. */
export function connectionProblem(error: unknown, { host, port, database }: Address): string {
  const server = host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`;
  const code = codeOf(error) ?? '';
  const message = error instanceof Error ? error.message : '';
  if (code === '28P01') return `is refused by the server at ${server}: wrong user name or password.`;
  if (code.startsWith('28')) {
    return `is refused by the server at ${server} (${code}): the role is not allowed to log in from this host, to this database, or without TLS (sslmode=verify-full).`;
  }
  if (message.startsWith('SASL:')) {
    return `is refused by the server at ${server}: it asks for a password, and there is none or the exchange failed.`;
  }
  if (code === '3D000') return `names the database "${database}", which does not exist at ${server}.`;
  if (code === '42501') {
    return `names the database "${database}" at ${server}, to which the role is not allowed to connect.`;
  }
  if (code === '08P01' && message.includes('startup parameter')) {
    return `leads to PgBouncer at ${server}, which refuses settings of the session: set ${PGBOUNCER_SETTINGS}.`;
  }
  if (message.includes('does not support SSL')) {
    return `asks for TLS, which the server at ${server} does not support.`;
  }
  if (TLS_ERROR.test(code)) {
    return `asks for TLS, but the certificate of the server at ${server} is not accepted (${code}).`;
  }
  if (error instanceof DatabaseError) return `leads to the server at ${server}, which fails (${code}).`;
  const isLate = message === 'timeout expired' || message === 'Query read timeout';
  const detail = code || (isLate ? 'no response' : 'connection closed');
  return `points to ${server}, where no PostgreSQL server can be reached (${detail}).`;
}

/** The required configuration of PgBouncer 1.21 or newer. */
export const PGBOUNCER_SETTINGS =
  'ignore_startup_parameters = statement_timeout, idle_in_transaction_session_timeout, default_transaction_isolation, array_nulls and max_prepared_statements = 200';

/** Codes of Node.js and OpenSSL for certificates. */
const TLS_ERROR = /CERT|SIGNATURE|^ERR_(SSL|TLS)|^EPROTO$/;

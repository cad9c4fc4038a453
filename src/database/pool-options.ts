import pg from 'pg';
import { isoTimestamp } from './timestamps.ts';

const { DATE, TIMESTAMPTZ, INT8 } = pg.types.builtins;

/**
 * Reads values as the driver does, with two exceptions: days and instants stay text, RFC 3339, as the contract gives
 * them, and integers of eight bytes are numbers, so that a column may get that type. The contract bounds them to four bytes.
 */
const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) => {
    if (id === DATE && format !== 'binary') return String;
    if (id === TIMESTAMPTZ && format !== 'binary') return isoTimestamp;
    return id === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(id, format);
  },
};

/**
 * Settings of PostgreSQL that change results, with the values that the statements rely on. They override the defaults of
 * the server, the database and the role.
 */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  DateStyle: 'ISO',
  TimeZone: 'UTC',
  default_transaction_isolation: 'read committed',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
};

/** The bounds of a session; all times in milliseconds. */
export interface SessionLimits {
  /** How long a statement may run. The server cancels it then. */
  statementTimeout: number;
  /** How long a statement waits for a connection, and a connection for the server. */
  connectTimeout: number;
}

/** The bounds of a pool. */
export interface PoolLimits extends SessionLimits {
  /** How many connections it has. */
  max: number;
}

/**
 * How a session with PostgreSQL begins. Everything is part of the start-up message, which costs no round trip and which
 * PgBouncer either tracks for each client or refuses.
 *
 * @param connection Its own `options` come first: those of the service win.
 */
export function sessionOptions(
  connection: pg.ClientConfig,
  { statementTimeout, connectTimeout }: SessionLimits,
): pg.ClientConfig {
  return {
    application_name: 'setlist',
    keepAlive: true,
    types,
    ...connection,
    // Without it the queue in front of a pool has no bound.
    connectionTimeoutMillis: connectTimeout,
    statement_timeout: statementTimeout,
    idle_in_transaction_session_timeout: 10_000,
    options: [connection.options ?? process.env.PGOPTIONS, ...settings].filter(Boolean).join(' '),
  };
}

/** How a pool of the service talks to PostgreSQL. */
export function poolOptions(connection: pg.PoolConfig, { max, ...limits }: PoolLimits): pg.PoolConfig {
  const { statementTimeout } = limits;
  return {
    ...sessionOptions(connection, limits),
    idleTimeoutMillis: 30_000,
    // The client gives up when the server does not respond any more. It then discards the connection: the response to
    // this statement may still arrive there, and must not be read as the response to another one.
    query_timeout: statementTimeout + Math.max(200, Math.round(statementTimeout / 5)),
    max,
  };
}

const settings = Object.entries(SESSION_SETTINGS).map(
  ([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`,
);

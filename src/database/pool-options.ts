import pg from 'pg';
import { isoTimestamp } from './timestamps.ts';

const { TIMESTAMPTZ, INT8 } = pg.types.builtins;

/**
 * Reads values as the driver does, with two exceptions: instants stay text, RFC 3339, as the contract gives them, and
 * integers of eight bytes are numbers, so that a column may get that type. The contract bounds them to four bytes.
 */
const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) => {
    if (id === TIMESTAMPTZ && format !== 'binary') return isoTimestamp;
    return id === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(id, format);
  },
};

/** The bounds of a pool; all times in milliseconds. */
export interface PoolLimits {
  /** How many connections it has. */
  max: number;
  /** How long a statement may run. The server cancels it then. */
  statementTimeout: number;
  /** How long a statement waits for a connection, and a connection for the server. */
  connectTimeout: number;
}

/** How a pool of the service talks to PostgreSQL. */
export function poolOptions(
  connection: pg.PoolConfig,
  { max, statementTimeout, connectTimeout }: PoolLimits,
): pg.PoolConfig {
  return {
    application_name: 'setlist',
    keepAlive: true,
    // Without it the queue in front of the pool has no bound.
    connectionTimeoutMillis: connectTimeout,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeout,
    // The client gives up when the server does not respond any more. It then discards the connection: the response to
    // this statement may still arrive there, and must not be read as the response to another one.
    query_timeout: statementTimeout + Math.max(200, Math.round(statementTimeout / 5)),
    idle_in_transaction_session_timeout: 10_000,
    types,
    ...connection,
    max,
  };
}

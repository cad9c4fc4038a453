import pg from 'pg';
import { isoTimestamp } from './timestamps.ts';

const TIMESTAMPTZ = pg.types.builtins.TIMESTAMPTZ;

/** Reads values as the driver does, except instants, which stay text: RFC 3339, as the contract gives them. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) =>
    id === TIMESTAMPTZ && format !== 'binary' ? isoTimestamp : pg.types.getTypeParser(id, format),
};

/** How the pool of a service talks to PostgreSQL; all times in milliseconds. */
export function poolOptions(connection: pg.PoolConfig, max: number): pg.PoolConfig {
  return {
    application_name: 'setlist',
    keepAlive: true,
    // How long a request waits for a connection: without it the queue in front of the pool has no bound.
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    // The server gives up first; the client only when the server cannot be heard any more.
    statement_timeout: 10_000,
    query_timeout: 12_000,
    idle_in_transaction_session_timeout: 10_000,
    types,
    ...connection,
    max,
  };
}

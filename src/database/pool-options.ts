import pg from 'pg';

const { DATE, TIMESTAMPTZ, INT8 } = pg.types.builtins;

/**
 * Parses values as the driver does, with two exceptions: dates and timestamps stay text in the format of the contract
 * (RFC 3339), and 8-byte integers become numbers, so that a column can get that type: the contract limits them to 4 bytes.
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

/** The limits of a session; all times in milliseconds. */
export interface SessionLimits {
  /** The maximum duration of a statement; then the server cancels it. */
  statementTimeout: number;
  /** The maximum wait of a statement for a connection, and of a connection for the server. */
  connectTimeout: number;
}

/** The limits of a pool. */
export interface PoolLimits extends SessionLimits {
  /** The maximum number of connections. */
  max: number;
}

/**
 * The options of a session. All settings are part of the start-up message: it costs no round trip, and PgBouncer
 * either tracks them per client or rejects them.
 *
 * @param connection The options of the service override its `options`.
 */
export function sessionOptions(
  connection: pg.ClientConfig,
  { statementTimeout, connectTimeout }: SessionLimits,
): pg.ClientConfig {
  return {
    application_name: 'setlist',
    keepAlive: true,
    // A connection that a firewall has forgotten fails after about 20 s of silence, instead of after two hours.
    keepAliveInitialDelayMillis: 10_000,
    types,
    ...connection,
    // Without a timeout, statements would wait in the queue of the pool without limit.
    connectionTimeoutMillis: connectTimeout,
    statement_timeout: statementTimeout,
    idle_in_transaction_session_timeout: 10_000,
    options: [connection.options ?? process.env.PGOPTIONS, ...settings].filter(Boolean).join(' '),
  };
}

/** A parameter of a session, as the server reports it. */
interface ParameterStatus {
  parameterName: string;
  parameterValue: string;
}

/**
 * A connection that knows whether it leads to a standby: the server reports it in its start-up, from PostgreSQL 14. A primary that
 * becomes a standby closes its connections.
 */
class ReplicaAwareClient extends pg.Client {
  isOfStandby = false;

  constructor(config?: pg.ClientConfig) {
    super(config);
    this.connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
      if (parameterName === 'in_hot_standby') this.isOfStandby = parameterValue === 'on';
    });
  }
}

/** The options of a pool. */
export function poolOptions(connection: pg.PoolConfig, { max, ...limits }: PoolLimits): pg.PoolConfig {
  const { statementTimeout } = limits;
  return {
    ...sessionOptions(connection, limits),
    Client: ReplicaAwareClient,
    // During a failover, a balancer may lead to a standby that is not yet promoted. Its rows may be old.
    verify: (client, done) => done(isOfStandby(client) ? new Error('The server is a standby') : undefined),
    idleTimeoutMillis: 30_000,
    // For a server that no longer responds. The client then discards the connection: the late response must not be
    // mistaken for the response to another statement.
    query_timeout: statementTimeout + Math.max(200, Math.round(statementTimeout / 5)),
    max,
  };
}

const isOfStandby = (client: unknown): boolean => client instanceof ReplicaAwareClient && client.isOfStandby;

const settings = Object.entries(SESSION_SETTINGS).map(
  ([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`,
);

/**
 * Turns PostgreSQL's rendering of a `timestamptz(3)`, such as `2026-11-20 07:28:35.12+00`, into RFC 3339 in UTC
 * with milliseconds: `2026-11-20T07:28:35.120Z`.
 */
export function isoTimestamp(text: string): string {
  // Other renderings have another year, offset or precision.
  if (text[10] !== ' ' || text.length > 26 || !text.endsWith('+00')) return new Date(text).toISOString();
  const milliseconds = text.slice(20, -3).padEnd(3, '0');
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${milliseconds}Z`;
}

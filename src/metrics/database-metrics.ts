import type { FastifyInstance } from 'fastify';
import type { Runner } from '../database/batching/batching.ts';
import type { PooledDatabase } from '../database/pooled-database.ts';
import type { Metrics, Sample } from './metrics.ts';

/** The maximum time that a scrape waits for the database, in milliseconds. */
const TIMEOUT = 1_000;
/** The maximum number of rows that are counted. */
const MAX_COUNTED = 100_000;

/** What a scrape reads in the database. */
interface DatabaseState {
  position: number;
  /** The number of changes without a position. */
  outboxRows: number;
  /** The age of the oldest change without a position, in seconds. */
  outboxAge: number;
  consumers: Readonly<Record<string, number>>;
  migration: number;
  /** The number of waiting jobs, by queue. */
  jobs: Readonly<Record<string, number>>;
}

const STATE = `
  SELECT (SELECT position FROM event_head WHERE only_row) AS position,
    (SELECT coalesce(sum(cardinality(resource_ids)), 0)::int FROM (
      SELECT resource_ids FROM change_sets WHERE last_position IS NULL ORDER BY id LIMIT ${MAX_COUNTED}
    ) AS waiting) AS "outboxRows",
    coalesce((
      SELECT extract(epoch FROM clock_timestamp() - occurred_at) FROM change_sets WHERE last_position IS NULL ORDER BY id LIMIT 1
    ), 0)::float8 AS "outboxAge",
    (SELECT coalesce(json_object_agg(name, position), '{}') FROM event_consumers) AS consumers,
    (SELECT max(version) FROM schema_migrations) AS migration,
    (SELECT coalesce(json_object_agg(name, waiting), '{}') FROM (
      SELECT name, count(job)::int AS waiting FROM pgboss.queue LEFT JOIN
        (SELECT name, true AS job FROM pgboss.job WHERE state < 'active' LIMIT ${MAX_COUNTED}) AS waiting USING (name)
      GROUP BY name
    ) AS queues) AS jobs`;

/** Reads the state once per scrape; undefined if the database does not respond in time. */
class StateReader {
  readonly #read: Runner<undefined, DatabaseState | undefined>;
  #current: Promise<DatabaseState | undefined> | undefined;

  constructor({ listDatabase, batching }: FastifyInstance) {
    this.#read = batching.dedupe(
      'metrics',
      async () => (await listDatabase.query<DatabaseState>({ text: STATE })).rows[0],
      () => 'metrics',
    );
  }

  /** All metrics of a scrape are read in one turn of the event loop, and share the state. */
  read(): Promise<DatabaseState | undefined> {
    this.#current ??= this.#readInTime().finally(() => {
      this.#current = undefined;
    });
    return this.#current;
  }

  async #readInTime(): Promise<DatabaseState | undefined> {
    const caller = { deadline: performance.now() + TIMEOUT, isDisconnected: () => false };
    try {
      return await this.#read(undefined, caller);
    } catch {
      return undefined;
    }
  }
}

/** Adds the metrics of the pools, and those that only the database knows. */
export function addDatabaseMetrics(metrics: Metrics, app: FastifyInstance): void {
  addPoolMetrics(metrics, app);
  const reader = new StateReader(app);
  /** Without a response of the database, a metric has no series. */
  const readState = (samplesOf: (state: DatabaseState) => Sample[]) => async () => {
    const state = await reader.read();
    return state ? samplesOf(state) : [];
  };
  metrics.gauge({
    name: 'setlist_database_up',
    help: 'Whether the database responded to this scrape within a second.',
    read: async () => [[{}, (await reader.read()) ? 1 : 0]],
  });
  metrics.gauge({
    name: 'setlist_migration_version',
    help: 'The last migration of the database.',
    read: readState(({ migration }) => [[{}, migration]]),
  });
  metrics.counter({
    name: 'setlist_events_total',
    help: 'The position of the last event: the number of changes since the database was created.',
    read: readState(({ position }) => [[{}, position]]),
  });
  metrics.gauge({
    name: 'setlist_event_outbox_rows',
    help: `Changes that are not events yet, up to ${MAX_COUNTED}.`,
    read: readState(({ outboxRows }) => [[{}, outboxRows]]),
  });
  metrics.gauge({
    name: 'setlist_event_outbox_age_seconds',
    help: 'The age of the oldest change that is not an event yet; 0 without any.',
    read: readState(({ outboxAge }) => [[{}, outboxAge]]),
  });
  metrics.gauge({
    name: 'setlist_event_consumer_lag',
    help: 'Events that a durable consumer has not handled.',
    labels: ['consumer'],
    read: readState(({ consumers, position }) =>
      Object.entries(consumers).map(([consumer, handled]) => [{ consumer }, position - handled]),
    ),
  });
  metrics.gauge({
    name: 'setlist_queue_waiting_jobs',
    help: 'Jobs that wait for a run; those that failed finally are in queues with names that end with _dead.',
    labels: ['queue'],
    read: readState(({ jobs }) => Object.entries(jobs).map(([queue, waiting]) => [{ queue }, waiting])),
  });
}

function addPoolMetrics(metrics: Metrics, app: FastifyInstance): void {
  const { database: main, listDatabase: lists, probeDatabase: probe } = app;
  const pools = Object.entries({ main, ...(lists !== main && { lists }), ...(probe !== main && { probe }) });
  const ofPools = (read: (pool: PooledDatabase) => number) => (): Sample[] =>
    pools.map(([name, pool]) => [{ pool: name }, read(pool)]);
  metrics.gauge({
    name: 'setlist_database_connections',
    help: 'Open connections of a pool.',
    labels: ['pool'],
    read: ofPools(({ load }) => load.open),
  });
  metrics.gauge({
    name: 'setlist_database_connections_idle',
    help: 'Open connections of a pool that are not in use.',
    labels: ['pool'],
    read: ofPools(({ load }) => load.idle),
  });
  metrics.gauge({
    name: 'setlist_database_connections_max',
    help: 'The maximum number of connections of a pool.',
    labels: ['pool'],
    read: ofPools(({ connections }) => connections),
  });
  metrics.gauge({
    name: 'setlist_database_waiting_statements',
    help: 'Statements that wait for a connection.',
    labels: ['pool'],
    read: ofPools(({ load }) => load.waiting),
  });
  metrics.gauge({
    name: 'setlist_database_circuit_open',
    help: 'Whether statements fail at once, because the database does not respond.',
    labels: ['pool'],
    read: ofPools(({ isCircuitOpen }) => Number(isCircuitOpen)),
  });
}

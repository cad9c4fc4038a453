import type { FastifyBaseLogger } from 'fastify';
import type { Pool, PoolClient } from 'pg';
import { takeRows } from '../database/pooled-database.ts';

/** The maximum number of events of one transaction, and of the changes of one set (migration 007). */
const MAX_EVENTS = 2_000;
const MAX_SET = 100;
/** The time between two transactions, in milliseconds: events in between are handled together. */
const MIN_INTERVAL = 200;
/** The time after a failure, in milliseconds. */
const RETRY_INTERVAL = 1_000;

/** An event for a durable consumer. */
export interface ConsumedEvent {
  readonly position: number;
  /** A UUID. */
  readonly event: string;
  /** As in `song.created`. */
  readonly type: string;
  /** The path of the resource, as in `/songs/1`. */
  readonly subject: string;
  /** The columns of the row: after the change, or before it was deleted. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** The caller; null if authentication was off, or for a change by another program. */
  readonly actor: string | null;
  /** The id of the request; null for a change by another program. */
  readonly requestId: string | null;
  /** In the format of the contract. */
  readonly occurredAt: string;
}

/** The next events of a consumer: in SQL, `setlist_events(first, last)`. */
export interface EventRange {
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** Reads them, in order. */
  read(): Promise<ConsumedEvent[]>;
}

/** Writes the effects of some events with the given client, in its transaction. */
export type EventHandler = (events: EventRange, client: PoolClient) => Promise<unknown>;

/**
 * Handles each event once, in order: the effects are committed together with the position of the last event. Only one instance
 * runs a consumer at a time. After a failure, the same events are handled again.
 */
export class EventConsumer {
  readonly #pool: Pool;
  readonly #log: FastifyBaseLogger;
  readonly #name: string;
  readonly #handle: EventHandler;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isWoken = false;
  #isFailing = false;
  #isStopped = false;

  constructor(pool: Pool, log: FastifyBaseLogger, name: string, handle: EventHandler) {
    this.#pool = pool;
    this.#log = log;
    this.#name = name;
    this.#handle = handle;
  }

  /** Handles the events that are in the database now, soon. */
  wake(): void {
    this.#isWoken = true;
    if (!this.#running) this.#runAfter(MIN_INTERVAL);
  }

  /** Waits for the current transaction. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #runAfter(delay: number): void {
    if (this.#isStopped || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#run();
    }, delay).unref();
  }

  async #run(): Promise<void> {
    this.#isWoken = false;
    const began = performance.now();
    let wait = MIN_INTERVAL;
    try {
      const count = await this.#handleNext();
      if (count > 0) this.#isFailing = false;
      if (count > MAX_EVENTS - MAX_SET) {
        // There may be more, as after an import. At most a third of the time is spent on them.
        this.#isWoken = true;
        wait = Math.min(2 * (performance.now() - began), MIN_INTERVAL);
      }
    } catch (err) {
      if (!this.#isFailing) this.#log.error({ err, consumer: this.#name }, 'Events cannot be handled');
      this.#isFailing = true;
      wait = RETRY_INTERVAL;
    }
    this.#running = undefined;
    if (this.#isWoken || wait === RETRY_INTERVAL) this.#runAfter(wait);
  }

  /** Handles the next events and returns their number; 0 while another instance handles them. */
  async #handleNext(): Promise<number> {
    const client = await this.#pool.connect();
    let isBroken = false;
    try {
      if (!(await this.#hasEvents(client))) return 0;
      await client.query('BEGIN');
      const position = await this.#lockPosition(client);
      const events = position === undefined ? undefined : await nextEvents(client, position);
      if (events) {
        await this.#handle(events, client);
        const text = 'UPDATE event_consumers SET position = $2 WHERE name = $1';
        await client.query(text, [this.#name, events.last]);
      }
      await client.query('COMMIT');
      return events?.count ?? 0;
    } catch (error) {
      const [rollback] = await Promise.allSettled([client.query('ROLLBACK')]);
      isBroken = rollback.status === 'rejected';
      throw error;
    } finally {
      client.release(isBroken);
    }
  }

  /** Before a lock: an idle service writes nothing. */
  async #hasEvents(client: PoolClient): Promise<boolean> {
    const { rows } = await client.query<{ more: boolean }>(
      `SELECT coalesce((SELECT position FROM event_consumers WHERE name = $1), -1)
         < (SELECT position FROM event_head WHERE only_row) AS more`,
      [this.#name],
    );
    return rows[0]?.more ?? false;
  }

  async #lockPosition(client: PoolClient): Promise<number | undefined> {
    const text = 'SELECT position FROM event_consumers WHERE name = $1 FOR UPDATE SKIP LOCKED';
    const { rows } = await client.query<{ position: number }>(text, [this.#name]);
    if (rows[0]) return rows[0].position;
    // New, or locked by another instance: the next run finds out.
    await client.query('INSERT INTO event_consumers (name) VALUES ($1) ON CONFLICT DO NOTHING', [this.#name]);
    this.#isWoken = true;
    return undefined;
  }
}

/** Whole sets of changes; undefined if there are none. */
async function nextEvents(client: PoolClient, after: number): Promise<EventRange | undefined> {
  const { rows } = await client.query<{ count: number; last: number | null }>(
    `SELECT max(total)::integer AS count, max(last_position) AS last FROM (
       SELECT last_position, sum(cardinality(resource_ids)) OVER (ORDER BY last_position) AS total
       FROM change_sets WHERE last_position > $1 ORDER BY last_position LIMIT ${MAX_EVENTS}
     ) AS next WHERE total <= ${MAX_EVENTS}`,
    [after],
  );
  const { count = 0, last = null } = rows[0] ?? {};
  if (last === null) return undefined;
  const first = after + 1;
  return { first, last, count, read: () => readEvents(client, first, last) };
}

async function readEvents(client: PoolClient, first: number, last: number): Promise<ConsumedEvent[]> {
  const result = await client.query<ConsumedEvent>(
    `SELECT position, event, type, subject, payload, source ->> 0 AS actor, source ->> 1 AS "requestId",
       occurred_at AS "occurredAt"
     FROM setlist_events($1, $2) ORDER BY position`,
    [first, last],
  );
  return takeRows(result).rows;
}

import type { Pool } from 'pg';
import PgBoss from 'pg-boss';
import { type Queryable, transaction } from '../database/pooled-database.ts';

/** The settings of a queue in the database. */
export interface StoredQueue {
  name: string;
  /** The number of further runs after a failure. */
  retries: number;
  /** The delay before the first of them; it doubles each time, with a random part. */
  retryDelaySeconds: number;
}

/** A job of which this process has a lease. */
export interface LeasedJob {
  id: string;
  queue: string;
  data: object;
  /** The number of earlier runs. */
  retryCount: number;
  /** Whether a failure of this run is final. */
  isLastRun: boolean;
}

export interface NewJob {
  /** Two jobs with the same id are one. */
  id?: string;
  /** The client of the transaction that adds the job; by default, it is added at once. */
  on?: Queryable | undefined;
  startAfter?: Date | undefined;
  /** At most one job with this key waits for its first run. */
  singletonKey: string;
}

/** The time in which completed jobs are kept, and the time in the archive after that, in seconds. */
const KEEP_COMPLETED = 3_600;
const KEEP_ARCHIVED = 7 * 86_400;

/** The queue of the jobs that failed for good. */
export const deadQueueOf = (queue: string): string => `${queue}_dead`;

/**
 * The jobs in the database: pg-boss, with the connections of the service. Only its statements are used: its own workers and timers report
 * some failures of the database as unhandled rejections, which end the process.
 */
export class JobStore {
  readonly #database: Queryable;
  readonly #pool: Pool;
  readonly #boss: PgBoss;
  readonly #lease: number;
  readonly #queues: StoredQueue[] = [];

  /**
   * @param pool For scripts of several statements.
   * @param lease The time after the last sign of life of a process after which its jobs run again, in seconds.
   */
  constructor(database: Queryable, pool: Pool, lease: number) {
    this.#database = database;
    this.#pool = pool;
    this.#lease = lease;
    this.#boss = new PgBoss({
      db: {
        executeSql: (text, values?: unknown[]) =>
          values ? database.query({ text, values }) : runScript(pool, text),
      },
      archiveCompletedAfterSeconds: KEEP_COMPLETED,
      archiveFailedAfterSeconds: KEEP_ARCHIVED,
      deleteAfterSeconds: KEEP_ARCHIVED,
    });
  }

  /** Adds a queue to those that {@link createQueues} creates. */
  define(queue: StoredQueue): void {
    this.#queues.push(queue);
  }

  /**
   * Creates the defined queues that do not exist, each with one for dead jobs, and stores changed settings. Instances that start
   * concurrently wait for each other.
   */
  createQueues(): Promise<void> {
    return transaction(this.#pool, async (client) => {
      // A queue is a table with references to this one: without the lock, two instances that create queues block each other.
      await client.query({ text: 'LOCK TABLE pgboss.queue IN SHARE ROW EXCLUSIVE MODE' });
      const executeSql = (text: string, values: unknown[]) => client.query({ text, values });
      await this.#createQueues(new PgBoss({ db: { executeSql } }));
    });
  }

  async #createQueues(boss: PgBoss): Promise<void> {
    const stored = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
    for (const { name, retries, retryDelaySeconds } of this.#queues) {
      const known = stored.get(name);
      const settings = {
        name,
        retryLimit: retries,
        retryDelay: retryDelaySeconds,
        retryBackoff: true,
        expireInSeconds: this.#lease,
        deadLetter: deadQueueOf(name),
        policy: 'short',
      } as const;
      if (!known) {
        await boss.createQueue(deadQueueOf(name), { name: deadQueueOf(name) });
        await boss.createQueue(name, settings);
      } else if (
        known.retryLimit !== retries ||
        known.retryDelay !== retryDelaySeconds ||
        known.expireInSeconds !== this.#lease
      ) {
        await boss.updateQueue(name, settings);
      }
    }
  }

  /** Adds a job, and returns its id; undefined if there is one with the same id, one with the same key waits, or the queue does not exist. */
  async add(
    queue: string,
    data: object,
    { id, on, startAfter, singletonKey }: NewJob,
  ): Promise<string | undefined> {
    const options: PgBoss.SendOptions = { singletonKey };
    if (id !== undefined) options.id = id;
    if (startAfter) options.startAfter = startAfter;
    if (on) options.db = { executeSql: (text, values) => on.query({ text, values }) };
    return (await this.#boss.send(queue, data, options)) ?? undefined;
  }

  /** The time in milliseconds until the first job of each queue can run; queues without jobs are missing. */
  async waits(queues: readonly string[]): Promise<Map<string, number>> {
    const { rows } = await this.#database.query<{ name: string; wait: number }>({
      text: `
        SELECT name, least(greatest(ceil(extract(epoch FROM start_after - now()) * 1000), 0), 86400000)::integer AS wait
        FROM unnest($1::text[]) AS queue (queue_name) CROSS JOIN LATERAL (
          SELECT name, start_after FROM pgboss.job WHERE name = queue_name AND state < 'active'
          ORDER BY start_after LIMIT 1
        ) AS first`,
      values: [queues],
    });
    return new Map(rows.map(({ name, wait }) => [name, wait]));
  }

  /** Takes jobs that can run now: each is leased to one process. */
  async take(queue: string, max: number): Promise<LeasedJob[]> {
    const jobs = await this.#boss.fetch<object>(queue, { batchSize: max, includeMetadata: true });
    return jobs.map(({ id, data, retryCount, retryLimit }) => ({
      id,
      queue,
      data,
      retryCount,
      isLastRun: retryCount >= retryLimit,
    }));
  }

  /** Extends the leases of jobs, and returns the ids of those that are still leased. */
  async extend(jobs: readonly LeasedJob[]): Promise<Set<string>> {
    const { rows } = await this.#database.query<{ id: string }>({
      text: `
        UPDATE pgboss.job SET started_on = now() WHERE name = ANY ($1) AND id = ANY ($2) AND state = 'active'
        RETURNING id`,
      values: [[...new Set(jobs.map(({ queue }) => queue))], jobs.map(({ id }) => id)],
    });
    return new Set(rows.map(({ id }) => id));
  }

  async complete({ queue, id }: LeasedJob): Promise<void> {
    await this.#boss.complete(queue, id);
  }

  /** Schedules the next run of a job, or moves it to the dead jobs after the last one. */
  async fail({ queue, id }: LeasedJob, reason: unknown): Promise<void> {
    const message = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
    // JSON in PostgreSQL cannot contain NUL.
    await this.#boss.fail(queue, id, { message: message.replaceAll('\0', '') });
  }

  /** Returns a job that was interrupted: another process runs it now, and this run does not count. */
  async release({ queue, id }: LeasedJob): Promise<void> {
    await this.#database.query({
      text: `
        UPDATE pgboss.job SET state = 'retry', started_on = NULL, start_after = now()
        WHERE name = $1 AND id = $2 AND state = 'active'`,
      values: [queue, id],
    });
  }

  /** Fails the jobs whose lease has ended: their process was killed, or has lost the database. */
  async expire(): Promise<void> {
    await this.#boss.expire();
  }

  /** The same, archives completed jobs, and removes old ones from the archive. */
  async maintain(): Promise<void> {
    await this.#boss.maintain();
  }
}

/** Runs the statements of pg-boss that are a transaction. */
async function runScript(pool: Pool, text: string): Promise<{ rows: unknown[] }> {
  const client = await pool.connect();
  try {
    const result = await client.query(text);
    client.release();
    return result;
  } catch (error) {
    // The transaction may still be open.
    client.release(true);
    throw error;
  }
}

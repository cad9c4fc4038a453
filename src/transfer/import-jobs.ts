import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { JOB_STATES } from '../../schemas/job.ts';
import { UniqueViolation } from '../database/failures.ts';
import {
  type PooledDatabase,
  type Queryable,
  type Statement,
  transaction,
} from '../database/pooled-database.ts';
import type { LineFailure, ParsedBatch } from './line-parser.ts';
import type { Format } from './parser-options.ts';

/** The time in seconds after which another process may continue the import of one that no longer renews its lease. */
const LEASE = 15;

/** The fields of a job that the service needs. */
export interface StoredJob {
  id: number;
  resource: string;
  format: Format;
  state: (typeof JOB_STATES)[number];
  /** The size of the body; null until it is received. */
  size: number | null;
  owner: string | null;
  read: number;
  lines: number;
  created: number;
  failed: number;
  error: string | null;
  digest: Uint8Array | null;
  source: string;
}

/** Whether a job is in a final state. */
export const isEnded = ({ state }: Pick<StoredJob, 'state'>): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled';

/** A failure as a line of JSON, without details if there are none. */
export const failureLine = ({ details, ...failure }: LineFailure & { type?: string }): string =>
  `${JSON.stringify({ ...failure, ...(details && { details }) })}\n`;

/** A request to import. */
export interface NewJob {
  readonly resource: string;
  readonly format: Format;
  readonly owner: string | undefined;
  /** The principal of the key; empty without authentication. */
  readonly keyOwner: string;
  readonly key: string | undefined;
  readonly source: string;
}

/** The job does not belong to this process any more: it was cancelled, or another process continues it. */
export class JobLost extends Error {
  override readonly name = 'JobLost';
}

const COLUMNS =
  'id, resource, format, state, size, owner, read, lines, created, failed, error, digest, source';
const FROM = 'jobs JOIN job_runs ON job = id';
const TOUCHED = 'updated_at = now(), version = gen_random_uuid()';

/** The jobs of all instances. A process that runs one holds a lease on it. */
export class ImportJobs {
  readonly #database: PooledDatabase;
  readonly #pool: Pool;
  readonly #onCommit: () => void;
  readonly #renewal: number;
  /** Identifies this process. */
  readonly #holder = randomUUID();

  /**
   * @param onCommit Called after each batch.
   * @param renewal The time after which a lease is renewed, in milliseconds.
   */
  constructor(database: PooledDatabase, pool: Pool, onCommit: () => void, renewal = (LEASE * 1000) / 3) {
    this.#database = database;
    this.#pool = pool;
    this.#onCommit = onCommit;
    this.#renewal = renewal;
  }

  /**
   * Creates a job, and holds its lease; or finds the job of an earlier request with the same key.
   *
   * @returns The job, and whether it is new.
   */
  async open({
    resource,
    format,
    owner,
    keyOwner,
    key,
    source,
  }: NewJob): Promise<{ job: StoredJob; isNew: boolean }> {
    const created = await this.#create({
      text: `
        WITH known AS (SELECT FROM job_runs WHERE key_owner = $5 AND key = $4), created AS (
          INSERT INTO jobs (resource, format, state, owner)
          SELECT $1, $2, 'waiting', $3 WHERE NOT EXISTS (SELECT FROM known) RETURNING *
        ), run AS (
          INSERT INTO job_runs (job, key, key_owner, source) SELECT id, $4, $5, $6 FROM created RETURNING *
        )
        SELECT ${COLUMNS} FROM created JOIN run ON job = id`,
      values: [resource, format, owner, key, keyOwner, source],
    });
    if (created) return { job: created, isNew: true };
    const { rows } = await this.#database.query<StoredJob>({
      text: `SELECT ${COLUMNS} FROM ${FROM} WHERE key_owner = $1 AND key = $2`,
      values: [keyOwner, key],
    });
    if (!rows[0]) throw new JobLost('The job of the key was removed meanwhile');
    return { job: rows[0], isNew: false };
  }

  /** Undefined if a concurrent request with the same key creates a job. */
  async #create(statement: Statement): Promise<StoredJob | undefined> {
    try {
      return (await this.#database.query<StoredJob>(statement)).rows[0];
    } catch (error) {
      if (error instanceof UniqueViolation) return undefined;
      throw error;
    }
  }

  async find(id: number): Promise<StoredJob | undefined> {
    const text = `SELECT ${COLUMNS} FROM ${FROM} WHERE id = $1`;
    return (await this.#database.query<StoredJob>({ text, values: [id] })).rows[0];
  }

  /**
   * Takes the lease of a job that has not ended, unless another process holds it, and changes its state.
   *
   * @returns The job; undefined if it cannot be taken.
   */
  async take(id: number, state: 'running' | 'uploading'): Promise<StoredJob | undefined> {
    const { rows } = await this.#database.query<StoredJob>({
      text: `
        WITH held AS (
          UPDATE job_runs SET holder = $2, held_until = now() + interval '${LEASE} seconds'
          WHERE job = $1 AND (holder IS NULL OR held_until < now()) RETURNING *
        )
        UPDATE jobs SET state = $3, started_at = coalesce(started_at, CASE WHEN $3 = 'running' THEN now() END), ${TOUCHED}
        FROM held WHERE id = job AND state IN ('uploading', 'waiting', 'running') RETURNING ${COLUMNS}`,
      values: [id, this.#holder, state],
    });
    return rows[0];
  }

  /** Renews the lease until the returned function is called, which gives it back. */
  hold(id: number): () => Promise<void> {
    const renew = async () => {
      await this.#database.query({
        text: `UPDATE job_runs SET held_until = now() + interval '${LEASE} seconds' WHERE job = $1 AND holder = $2`,
        values: [id, this.#holder],
      });
    };
    // Without its renewal, the next commit finds that the lease was lost.
    const timer = setInterval(() => void renew().catch(() => {}), this.#renewal).unref();
    return async () => {
      clearInterval(timer);
      await this.#database.query({
        text: 'UPDATE job_runs SET holder = NULL WHERE job = $1 AND holder = $2',
        values: [id, this.#holder],
      });
    };
  }

  /**
   * Imports a batch: its rows and the progress of the job are committed together.
   *
   * @param insert Inserts the rows, and returns the failures of those that it did not insert.
   * @throws {JobLost} if this process no longer holds the job; nothing is written.
   */
  async commit(
    id: number,
    { rows, failures, lines, bytes, digest }: ParsedBatch,
    insert: (client: Queryable) => Promise<LineFailure[]>,
  ): Promise<void> {
    await transaction(this.#pool, async (client) => {
      const refused = rows.length === 0 ? [] : await insert(client);
      const failed = [...failures, ...refused];
      const saved = await client.query({
        text: `
          WITH held AS (
            UPDATE job_runs SET digest = $7, held_until = now() + interval '${LEASE} seconds' WHERE job = $1 AND holder = $2 RETURNING job
          ), saved AS (
            UPDATE jobs SET lines = $3, read = $4, created = created + $5, failed = failed + $6, ${TOUCHED}
            FROM held WHERE id = job AND state = 'running' RETURNING id
          ), failures AS (
            INSERT INTO job_failures (job, line, code, message, details)
            SELECT id, failure.* FROM saved, unnest($8::integer[], $9::text[], $10::text[], $11::jsonb[]) AS failure
          )
          SELECT FROM saved`,
        values: [
          id,
          this.#holder,
          lines,
          bytes,
          rows.length - refused.length,
          failed.length,
          digest,
          failed.map(({ line }) => line),
          failed.map(({ code }) => code),
          failed.map(({ message }) => message),
          failed.map(({ details }) => details && JSON.stringify(details)),
        ],
      });
      if (saved.rows.length === 0)
        throw new JobLost('The job was cancelled, or another process continues it');
    });
    this.#onCommit();
  }

  /** Ends a job that this process holds, or lets it wait for another attempt; removes its body if it has ended. */
  async finish(
    id: number,
    state: 'waiting' | 'succeeded' | 'failed',
    { error = null, size = null }: { error?: string | null; size?: number | null } = {},
  ): Promise<void> {
    await this.#database.query({
      text: `
        WITH ended AS (
          UPDATE jobs SET state = $3, error = $4, size = coalesce($5, size),
            finished_at = CASE WHEN $3 = 'waiting' THEN NULL ELSE now() END, ${TOUCHED}
          FROM job_runs WHERE id = $1 AND job = id AND holder = $2 AND state IN ('uploading', 'running') RETURNING id
        )
        DELETE FROM job_uploads USING ended WHERE job = id AND $3 <> 'waiting'`,
      values: [id, this.#holder, state, error, size],
    });
  }

  /** Cancels a job that has not ended. @returns Whether it had not. */
  async cancel(id: number): Promise<boolean> {
    const { rows } = await this.#database.query({
      text: `
        WITH ended AS (
          UPDATE jobs SET state = 'cancelled', finished_at = now(), ${TOUCHED}
          WHERE id = $1 AND state IN ('uploading', 'waiting', 'running') RETURNING id
        ), removed AS (DELETE FROM job_uploads USING ended WHERE job = id)
        SELECT FROM ended`,
      values: [id],
    });
    return rows.length > 0;
  }

  /** Removes a job whose body was not received. */
  async remove(id: number): Promise<void> {
    await this.#database.query({ text: 'DELETE FROM jobs WHERE id = $1', values: [id] });
  }

  /** Notes that the body of a job is complete. @throws {JobLost} if this process no longer holds the job. */
  async received(client: Queryable, id: number, size: number): Promise<void> {
    const { rows } = await client.query({
      text: `
        UPDATE jobs SET state = 'waiting', size = $3, ${TOUCHED}
        FROM job_runs WHERE id = $1 AND job = id AND holder = $2 AND state = 'uploading' RETURNING id`,
      values: [id, this.#holder, size],
    });
    if (rows.length === 0) throw new JobLost('The job was cancelled, or another process receives it');
  }

  /** The failures of a job in groups, in the order of their lines. */
  async *failures(id: number): AsyncGenerator<LineFailure[], void> {
    const text = `
      SELECT line, code, message, details FROM job_failures WHERE job = $1 AND line > $2 ORDER BY line LIMIT 1000`;
    let last: number | undefined = 0;
    while (last !== undefined) {
      const { rows }: { rows: LineFailure[] } = await this.#database.query<LineFailure>({
        text,
        values: [id, last],
      });
      if (rows.length > 0) yield rows;
      last = rows.at(-1)?.line;
    }
  }
}

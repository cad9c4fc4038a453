import { messages } from '@electric-sql/pglite';
import type { Session } from './session.ts';

/** The interval of checks while the session is in use, and the delay after a failure, in milliseconds. */
const INTERVAL = 10_000;
const REST_AFTER_FAILURE = 60_000;
/** The maximum size of the write-ahead log since the last checkpoint, in bytes. */
const LOG_WHEN_QUIET = 16 * 2 ** 20;
const LOG_WHEN_BUSY = 64 * 2 ** 20;
/** The maximum wait of tables for a quiet moment in milliseconds; large tables (in bytes) wait longer, as they take seconds. */
const PATIENCE = 60_000;
const PATIENCE_WITH_LARGE = 600_000;
const LARGE = 64 * 2 ** 20;

/** Bytes of the write-ahead log since the last checkpoint. */
const LOG_SIZE = 'SELECT pg_current_wal_insert_lsn() - redo_lsn FROM pg_control_checkpoint()';

/** The table with the greatest need, and whether it needs a vacuum, by the default rules of autovacuum. */
const neediestTable = (largest: number) => `
  SELECT format('%I.%I', schemaname, relname), vacuum > 1
  FROM pg_stat_all_tables
  CROSS JOIN LATERAL (SELECT
    greatest(n_dead_tup / (50 + 0.2 * n_live_tup), n_ins_since_vacuum / (1000 + 0.2 * n_live_tup)) AS vacuum,
    n_mod_since_analyze / (50 + 0.1 * n_live_tup) AS modified
  ) AS need
  WHERE schemaname !~ '^pg_(toast|temp)' AND greatest(vacuum, modified) > 1 AND pg_table_size(relid) <= ${largest}
  ORDER BY greatest(vacuum, modified) DESC
  LIMIT 1`;

/**
 * Replaces the background processes of a PostgreSQL server, which PGlite lacks: checkpoints, without which the
 * write-ahead log grows without limit, and VACUUM and ANALYZE. Each task blocks the session, so it waits for a quiet
 * moment, for a limited time.
 */
export class Maintenance {
  readonly #session: Session;
  readonly #announce: () => void;
  #executed = 0;
  /** Whether there may be work. */
  #pending = false;
  #nextLook = 0;
  #quietAt: number | undefined;

  /** @param announce Called before a task that may take long. */
  constructor(session: Session, announce: () => void) {
    this.#session = session;
    this.#announce = announce;
  }

  /**
   * Runs the most urgent task, if one is due. Call it about once a second: the session counts as quiet if no message was
   * executed since the last call.
   *
   * @param now In milliseconds, from any origin.
   * @returns The error of PostgreSQL if a task failed.
   */
  tick(now: number): Error | undefined {
    try {
      this.#tick(now);
      return undefined;
    } catch (error) {
      if (error instanceof messages.DatabaseError) return error;
      throw error;
    }
  }

  #tick(now: number): void {
    const quiet = this.#session.executed === this.#executed;
    this.#executed = this.#session.executed;
    if (quiet) this.#quietAt = now;
    else this.#pending = true;
    this.#quietAt ??= now;
    if (!this.#pending || !this.#session.atRest || now < this.#nextLook) return;
    this.#nextLook = now + REST_AFTER_FAILURE;
    this.#pending = this.#work(quiet, now - this.#quietAt, now);
    this.#nextLook = this.#pending && quiet ? 0 : now + INTERVAL;
  }

  /** Returns whether there may be more work. */
  #work(quiet: boolean, busyFor: number, now: number): boolean {
    const logSize = Number(this.#session.query(LOG_SIZE)[0]?.[0]);
    if (logSize > (quiet ? LOG_WHEN_QUIET : LOG_WHEN_BUSY)) {
      this.#announce();
      this.#session.query('CHECKPOINT');
      return true;
    }
    if (!quiet && busyFor < PATIENCE) return true;
    const largest = quiet || busyFor >= PATIENCE_WITH_LARGE ? Number.MAX_SAFE_INTEGER : LARGE;
    this.#session.query('SELECT pg_stat_force_next_flush()');
    const [table] = this.#session.query(neediestTable(largest));
    if (!table) return !quiet;
    const [name, needsVacuum] = table;
    this.#announce();
    this.#session.query(`${needsVacuum === 't' ? 'VACUUM (ANALYZE)' : 'ANALYZE'} ${name}`);
    if (largest > LARGE) this.#quietAt = now;
    return true;
  }
}

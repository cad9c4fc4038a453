import type { FastifyBaseLogger } from 'fastify';
import type { Queryable } from '../database/pooled-database.ts';

/** The maximum number of changes of one statement. */
const MAX_MOVED = 2_000;
/** In milliseconds: the wait for further changes, which the same statement moves. */
const GATHERING = 20;

/**
 * Numbers changes: after the writes of this instance, and at intervals. Every instance runs it; a row lock allows one at a time.
 */
export class Sequencer {
  readonly #database: Queryable;
  readonly #log: FastifyBaseLogger;
  readonly #onMoved: () => void;
  #interval = 1_000;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #isPoked = false;
  #isFailing = false;
  #isStopped = false;

  /** @param onMoved Called when there are new events. */
  constructor(database: Queryable, log: FastifyBaseLogger, onMoved: () => void) {
    this.#database = database;
    this.#log = log;
    this.#onMoved = onMoved;
  }

  /** Numbers the changes that are committed now, soon. */
  poke(): void {
    if (this.#isPoked) return;
    this.#isPoked = true;
    if (!this.#isRunning) this.#runAfter(GATHERING);
  }

  /** @param interval In milliseconds: changes by other programs and by instances that have ended wait at most this long. */
  start(interval: number): void {
    this.#interval = interval;
    this.#runAfter(interval);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #runAfter(delay: number): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.#run(), delay).unref();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    this.#isPoked = false;
    const moved = await this.#move();
    this.#isRunning = false;
    if (moved > 0) this.#onMoved();
    this.#runAfter(moved === MAX_MOVED ? 0 : this.#isPoked ? GATHERING : this.#interval);
  }

  async #move(): Promise<number> {
    try {
      const { rows } = await this.#database.query<{ moved: number }>({
        text: 'SELECT setlist_number_changes($1) AS moved',
        values: [MAX_MOVED],
      });
      this.#isFailing = false;
      return rows[0]?.moved ?? 0;
    } catch (err) {
      // The changes stay in the outbox.
      if (!this.#isFailing && !this.#isStopped) this.#log.warn({ err }, 'Changes cannot be numbered');
      this.#isFailing = true;
      return 0;
    }
  }
}

import type { FastifyBaseLogger } from 'fastify';
import type { Queryable } from '../database/pooled-database.ts';

/** The maximum number of sets of changes of one statement. */
const MAX_SETS = 2_000;
/** In milliseconds: the wait for further changes, which the same statement numbers; longer after many sets. */
const GATHERING = { few: 20, many: 50 };
const MANY_SETS = 5;

/**
 * Numbers changes: after the writes of this instance, and at intervals. Every instance runs it; a row lock allows one at a time.
 */
export class Sequencer {
  readonly #database: Queryable;
  readonly #log: FastifyBaseLogger;
  readonly #onNumbered: () => void;
  #interval = 1_000;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #isPoked = false;
  #isFailing = false;
  #isStopped = false;

  /** @param onNumbered Called when there are new events. */
  constructor(database: Queryable, log: FastifyBaseLogger, onNumbered: () => void) {
    this.#database = database;
    this.#log = log;
    this.#onNumbered = onNumbered;
  }

  /** Numbers the changes that are committed now, soon. */
  poke(): void {
    if (this.#isPoked) return;
    this.#isPoked = true;
    if (!this.#isRunning) this.#runAfter(GATHERING.few);
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
    const numbered = await this.#number();
    this.#isRunning = false;
    if (numbered > 0) this.#onNumbered();
    const pause = numbered > MANY_SETS ? GATHERING.many : GATHERING.few;
    this.#runAfter(numbered === MAX_SETS ? 0 : this.#isPoked ? pause : this.#interval);
  }

  async #number(): Promise<number> {
    try {
      const { rows } = await this.#database.query<{ numbered: number }>({
        text: 'SELECT setlist_number_changes($1) AS numbered',
        values: [MAX_SETS],
      });
      this.#isFailing = false;
      return rows[0]?.numbered ?? 0;
    } catch (err) {
      // They stay in the database.
      if (!this.#isFailing && !this.#isStopped) this.#log.warn({ err }, 'Changes cannot be numbered');
      this.#isFailing = true;
      return 0;
    }
  }
}

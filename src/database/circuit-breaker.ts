import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseUnavailable, isHang } from './failures.ts';

/** The number of failures in a row that open the circuit. */
const FAILURE_THRESHOLD = 5;
/** The maximum time that statements wait for a probe, in milliseconds from its start. */
const PROBE_PATIENCE = 75;

/** A statement was not run, because the database does not respond to others. */
export class CircuitOpen extends DatabaseUnavailable {}

/** SQLSTATEs of failures that the server does not cause: the cause is another transaction, or a slow statement. */
const OF_STATEMENT = /^(40|55P03|57014)/;

/**
 * A circuit breaker for a database that hangs or is unreachable: after five failures in a row, or one statement that the server
 * did not even cancel in time, statements fail at once instead of waiting for a timeout, and start a probe, one at a time. A
 * successful probe closes the circuit.
 */
export class CircuitBreaker {
  readonly #probe: () => Promise<unknown>;
  #failures = 0;
  /** The outcome of the current probe; false after the maximum wait. */
  #earlyOutcome: Promise<boolean> | undefined;

  /** @param probe Runs a small statement. */
  constructor(probe: () => Promise<unknown>) {
    this.#probe = probe;
  }

  /** Whether statements fail at once. */
  get isOpen(): boolean {
    return this.#failures >= FAILURE_THRESHOLD;
  }

  /**
   * Runs a statement, unless the circuit is open.
   *
   * @throws {CircuitOpen} if the circuit is open: nothing was run. Errors of the statement are passed on.
   */
  run<Result>(statement: () => Promise<Result>): Promise<Result> {
    return this.isOpen ? this.#runIfBack(statement) : this.#observe(statement);
  }

  async #runIfBack<Result>(statement: () => Promise<Result>): Promise<Result> {
    if (!(await this.#isBack())) throw new CircuitOpen('The database does not respond', undefined);
    return this.#observe(statement);
  }

  /** Whether the current probe, or a new one, succeeds in its first milliseconds. */
  #isBack(): Promise<boolean> {
    this.#earlyOutcome ??= this.#startProbe();
    return this.#earlyOutcome;
  }

  #startProbe(): Promise<boolean> {
    const settled = (isBack: boolean) => {
      this.#earlyOutcome = undefined;
      return isBack;
    };
    const probe = this.#observe(this.#probe).then(
      () => settled(true),
      () => settled(false),
    );
    return Promise.race([probe, delay(PROBE_PATIENCE, false, { ref: false })]);
  }

  async #observe<Result>(statement: () => Promise<Result>): Promise<Result> {
    try {
      const result = await statement();
      this.#failures = 0;
      return result;
    } catch (error) {
      if (isHang(error)) this.#failures = Math.max(this.#failures + 1, FAILURE_THRESHOLD);
      else this.#failures = isOutage(error) ? this.#failures + 1 : 0;
      throw error;
    }
  }
}

const isOutage = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable && !OF_STATEMENT.test(error.code ?? '');

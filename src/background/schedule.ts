import { createHash } from 'node:crypto';
import cronParser, { type CronExpression } from 'cron-parser';

/** In milliseconds: a process that starts this long after a time of the schedule still adds its job. */
const TOLERANCE = 60_000;

/** The times of a schedule, in UTC. */
export class Schedule {
  readonly #queue: string;
  readonly #times: CronExpression;
  #next: Date;

  /**
   * @param cron Five fields, as in `17 3 * * *`.
   * @throws {Error} if it is invalid.
   */
  constructor(queue: string, cron: string) {
    this.#queue = queue;
    this.#times = cronParser.parseExpression(cron, {
      utc: true,
      currentDate: new Date(Date.now() - TOLERANCE),
    });
    this.#next = this.#times.next().toDate();
  }

  /** The id of the job whose time has come, which is the same in all processes; undefined if none has. */
  dueId(): string | undefined {
    if (this.#next.valueOf() > Date.now()) return undefined;
    const digest = createHash('sha256').update(`${this.#queue} ${this.#next.toISOString()}`).digest('hex');
    // A UUID of version 8 (RFC 9562).
    return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  }

  /** Goes on to the next time after now, and returns the milliseconds until then. */
  advance(): number {
    while (this.#next.valueOf() <= Date.now()) this.#next = this.#times.next().toDate();
    return this.#next.valueOf() - Date.now();
  }
}

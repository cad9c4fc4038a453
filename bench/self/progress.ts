import { type Measurement, warmUpSeconds } from './measurement.ts';
import type { Step } from './plan.ts';
import { titleOf } from './scenarios.ts';

/** The initial estimate for the start and stop of a server, in seconds. */
const OVERHEAD = 2;

/** Prints the progress on standard error. */
export class Progress {
  readonly #total: number;
  readonly #guess: number;
  readonly #began = Date.now();
  #done = 0;

  /** @param seconds The duration of one measurement. */
  constructor(total: number, seconds: number) {
    this.#total = total;
    this.#guess = seconds + warmUpSeconds(seconds) + OVERHEAD;
  }

  begin(step: Step): void {
    const place = `[${this.#done + 1}/${this.#total}] round ${step.round}, ${step.connections} connections`;
    process.stderr.write(`${place}: ${titleOf(step)}; ${inWords(this.#secondsLeft())} left\n`);
  }

  end({ requestsPerSecond, problems }: Measurement): void {
    this.#done++;
    const problem = problems.length > 0 ? `; VOID: ${problems.join(', ')}` : '';
    process.stderr.write(`    ${Math.round(requestsPerSecond)} requests/s${problem}\n`);
  }

  #secondsLeft(): number {
    const each = this.#done === 0 ? this.#guess : (Date.now() - this.#began) / 1000 / this.#done;
    return each * (this.#total - this.#done);
  }
}

function inWords(seconds: number): string {
  return seconds < 90 ? `about ${Math.round(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
}

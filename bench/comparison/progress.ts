/** Prints the progress on standard error. */
export class Progress {
  readonly #began = Date.now();
  #expected: number;
  #done = 0;

  /** @param expected The expected duration of the run, in seconds. */
  constructor(expected: number) {
    this.#expected = expected;
  }

  /** Corrects the expected duration of the remaining steps. */
  expect(seconds: number): void {
    this.#expected = this.#done + seconds;
  }

  begin(step: string): void {
    process.stderr.write(`[${inWords(this.#secondsLeft())} left] ${step}\n`);
  }

  /** @param expected The expected duration of the step, in seconds. */
  end(expected: number, outcome: string): void {
    this.#done += expected;
    process.stderr.write(`    ${outcome}\n`);
  }

  /** The finished steps correct the expected duration of the others. */
  #secondsLeft(): number {
    const factor = this.#done === 0 ? 1 : (Date.now() - this.#began) / 1000 / this.#done;
    return factor * Math.max(0, this.#expected - this.#done);
  }
}

function inWords(seconds: number): string {
  if (seconds < 90) return `about ${Math.round(seconds)} s`;
  return seconds < 5400 ? `about ${Math.round(seconds / 60)} min` : `about ${(seconds / 3600).toFixed(1)} h`;
}

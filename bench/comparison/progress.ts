/** Says on standard error how far the run is. */
export class Progress {
  readonly #began = Date.now();
  #expected: number;
  #done = 0;

  /** @param expected How many seconds everything is expected to take. */
  constructor(expected: number) {
    this.#expected = expected;
  }

  /** Corrects what is expected of the steps that are not done yet. */
  expect(seconds: number): void {
    this.#expected = this.#done + seconds;
  }

  begin(step: string): void {
    process.stderr.write(`[${inWords(this.#secondsLeft())} left] ${step}\n`);
  }

  /** @param expected How many seconds the step was expected to take. */
  end(expected: number, outcome: string): void {
    this.#done += expected;
    process.stderr.write(`    ${outcome}\n`);
  }

  /** What has been done tells how far the expectations are off. */
  #secondsLeft(): number {
    const factor = this.#done === 0 ? 1 : (Date.now() - this.#began) / 1000 / this.#done;
    return factor * Math.max(0, this.#expected - this.#done);
  }
}

function inWords(seconds: number): string {
  if (seconds < 90) return `about ${Math.round(seconds)} s`;
  return seconds < 5400 ? `about ${Math.round(seconds / 60)} min` : `about ${(seconds / 3600).toFixed(1)} h`;
}

import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import { LAG_BOUND, type OpenResult } from './open-load.ts';

/** The maximum number of reported problems. */
const PROBLEMS = 5;

/** Microseconds with three significant digits. */
const newHistogram = () =>
  build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60e6,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
    autoResize: true,
  });

/** Records the latency and the lag of all counted requests. Times are in the clock of `performance.now()`. */
export class Recorder {
  readonly #counted: number;
  readonly #latency = newHistogram();
  readonly #lag = newHistogram();
  readonly #problems = new Map<string, number>();
  #outstanding = 0;
  #lastResponse = 0;

  /** @param counted The end of the warm-up: requests that are scheduled before do not count. */
  constructor(counted: number) {
    this.#counted = counted;
  }

  /** The number of requests without a response. */
  get outstanding(): number {
    return this.#outstanding;
  }

  sent(due: number, now: number): void {
    this.#outstanding++;
    if (due >= this.#counted) record(this.#lag, now - due);
  }

  received(due: number, now: number, problem: string | undefined): void {
    this.#outstanding--;
    if (problem !== undefined) this.#complain(problem);
    if (due < this.#counted) return;
    record(this.#latency, now - due);
    this.#lastResponse = now;
  }

  failed(due: number, problem: string): void {
    this.#outstanding--;
    this.#complain(due < this.#counted ? `in the warm-up: ${problem}` : problem);
  }

  #complain(problem: string): void {
    this.#problems.set(problem, (this.#problems.get(problem) ?? 0) + 1);
  }

  result(rate: number, seconds: number): OpenResult {
    const took = Math.max(seconds, (this.#lastResponse - this.#counted) / 1000);
    const at = (percent: number) => this.#latency.getValueAtPercentile(percent) / 1000;
    return {
      rate,
      achieved: this.#latency.totalCount / took,
      seconds,
      latency: { p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: this.#latency.maxValue / 1000 },
      histogram: encodeIntoCompressedBase64(this.#latency),
      lag: { p99: this.#lag.getValueAtPercentile(99) / 1000, max: this.#lag.maxValue / 1000 },
      problems: this.#told(),
    };
  }

  #told(): string[] {
    const problems = [...this.#problems].map(([problem, times]) =>
      times === 1 ? problem : `${times} × ${problem}`,
    );
    const p99 = this.#lag.getValueAtPercentile(99) / 1000;
    const late = `the generator sent 1 of 100 requests ${p99.toFixed(1)} ms late or more; ${LAG_BOUND} ms are allowed`;
    return [
      ...problems.slice(0, PROBLEMS),
      ...(problems.length > PROBLEMS ? [`${problems.length - PROBLEMS} other problems`] : []),
      ...(this.#outstanding > 0 ? [`${this.#outstanding} requests got no response`] : []),
      ...(this.#latency.totalCount === 0 ? ['there were no responses'] : []),
      ...(p99 > LAG_BOUND ? [late] : []),
    ];
  }
}

/** @param time In milliseconds. */
function record(histogram: Histogram, time: number): void {
  histogram.recordValue(Math.max(0, Math.round(time * 1000)));
}

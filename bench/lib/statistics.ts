import { mean, median, quantile, sampleWithReplacement } from 'simple-statistics';

/** The values of the valid rounds, by round. */
export type ByRound = ReadonlyMap<number, number>;

/** A median over rounds, with its interval. */
export interface Estimate {
  median: number;
  /** The bootstrap 95 % interval of the median; undefined for a single round. */
  interval: { low: number; high: number } | undefined;
  rounds: readonly number[];
}

/** The meaning of a ratio's interval: an interval that contains 1 is a tie. */
export type Comparison = 'less' | 'tie' | 'more' | 'one round';

const RESAMPLES = 2000;

/** Groups measurements by round: skips void ones, and averages several in one round. */
export function byRound<Item extends { round: number; problems: readonly string[] }>(
  measurements: readonly Item[],
  measured: (item: Item) => number,
): ByRound {
  const valid = measurements.filter(({ problems }) => problems.length === 0);
  const rounds = groupBy(valid, ({ round }) => round);
  return new Map([...rounds].map(([round, items]) => [round, mean(items.map(measured))]));
}

/** Divides values of the same round; skips rounds that one side lacks, and rounds without a ratio. */
export function ratiosByRound(of: ByRound, over: ByRound): number[] {
  return [...of].flatMap(([round, value]) => {
    const base = over.get(round);
    const ratio = base === undefined ? Number.NaN : value / base;
    return Number.isFinite(ratio) && ratio > 0 ? [ratio] : [];
  });
}

/**
 * The median of the values, with the 2.5th and 97.5th percentile of the medians of 2,000 random draws from them (the
 * percentile bootstrap). With n rounds no such interval covers more than 1 − 2^(1−n): 75 % for three, 94 % for five.
 *
 * @param seed Equal seeds give equal intervals.
 */
export function estimate(values: readonly number[], seed: number): Estimate | undefined {
  if (values.length === 0) return undefined;
  const rounds = [...values];
  if (rounds.length === 1) return { median: median(rounds), interval: undefined, rounds };
  const random = randomNumbers(seed);
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(sampleWithReplacement(rounds, rounds.length, random)),
  );
  const [low = Number.NaN, high = Number.NaN] = quantile(medians, [0.025, 0.975]);
  return { median: median(rounds), interval: { low, high }, rounds };
}

/** Whether a ratio differs from 1. */
export function compareToOne({ interval }: Estimate): Comparison {
  if (!interval) return 'one round';
  if (interval.low > 1) return 'more';
  return interval.high < 1 ? 'less' : 'tie';
}

/** Random numbers in [0, 1), determined by the seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Groups items by key, in their order. */
export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

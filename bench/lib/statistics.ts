import { mean, median, quantile, sampleWithReplacement } from 'simple-statistics';

/** What was measured in each round that counts. */
export type ByRound = ReadonlyMap<number, number>;

/** A median over rounds, and how sure it is. */
export interface Estimate {
  median: number;
  /** The bootstrap 95 % interval of the median; undefined where a single round tells nothing of the spread. */
  interval: { low: number; high: number } | undefined;
  rounds: readonly number[];
}

/** What an interval says of a ratio: a tie is one that holds 1. */
export type Comparison = 'less' | 'tie' | 'more' | 'one round';

const RESAMPLES = 2000;

/** Puts measurements under their rounds; those with problems count for nothing, several in one round are averaged. */
export function byRound<Item extends { round: number; problems: readonly string[] }>(
  measurements: readonly Item[],
  measured: (item: Item) => number,
): ByRound {
  const valid = measurements.filter(({ problems }) => problems.length === 0);
  const rounds = groupBy(valid, ({ round }) => round);
  return new Map([...rounds].map(([round, items]) => [round, mean(items.map(measured))]));
}

/** Divides what was measured in the same round; rounds that only one side has, and those without a ratio, are left out. */
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

/** Random numbers from 0 to 1, without 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Puts what has the same key together, in the order in which it comes. */
export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

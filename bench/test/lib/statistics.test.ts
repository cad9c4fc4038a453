import t from 'tap';
import { byRound, compareToOne, estimate, randomNumbers, ratiosByRound } from '../../lib/statistics.ts';

const measurement = (round: number, value: number, problems: string[] = []) => ({ round, value, problems });

t.test('rounds with problems do not count; several values in one round are averaged', async (t) => {
  const rounds = byRound(
    [
      measurement(1, 10),
      measurement(1, 20),
      measurement(2, 99, ['3 responses were not 2xx']),
      measurement(3, 30),
    ],
    ({ value }) => value,
  );
  t.same(
    [...rounds],
    [
      [1, 15],
      [3, 30],
    ],
  );
});

t.test('ratios are within rounds, and skipped if they are undefined', async (t) => {
  const of = new Map([
    [1, 10],
    [2, 20],
    [3, 30],
    [4, 0],
    [5, 5],
  ]);
  const over = new Map([
    [1, 5],
    [3, 10],
    [4, 10],
    [5, 0],
  ]);
  t.same(ratiosByRound(of, over), [2, 3]);
});

t.test('the interval is within the values, contains their median, and is repeatable', async (t) => {
  const values = [0.9, 1.1, 1.0, 1.2, 0.95, 1.05, 1.02];
  const once = estimate(values, 7);
  t.equal(once?.median, 1.02);
  t.ok(once?.interval && once.interval.low >= 0.9 && once.interval.low <= 1.02);
  t.ok(once?.interval && once.interval.high <= 1.2 && once.interval.high >= 1.02);
  t.same(estimate(values, 7), once);
});

t.test('the interval contains the true median as often as it promises', async (t) => {
  const random = randomNumbers(1);
  const samples = Array.from({ length: 400 }, () => Array.from({ length: 15 }, random));
  const hits = samples.filter((sample, seed) => {
    const { low = 1, high = 0 } = estimate(sample, seed)?.interval ?? {};
    return low <= 0.5 && 0.5 <= high;
  });
  t.ok(hits.length / samples.length > 0.9, `${hits.length} of ${samples.length}`);
});

t.test('no values have no estimate; one value has no interval', async (t) => {
  t.equal(estimate([], 1), undefined);
  t.match(estimate([2], 1), { median: 2, interval: undefined, rounds: [2] });
});

t.test('a ratio is a tie if its interval contains 1', async (t) => {
  const between = (low: number, high: number) =>
    compareToOne({ median: 1, rounds: [], interval: { low, high } });
  t.same([between(0.9, 1.1), between(1.01, 1.1), between(0.8, 0.99)], ['tie', 'more', 'less']);
  t.equal(compareToOne({ median: 2, rounds: [2], interval: undefined }), 'one round');
});

import { median, min } from 'simple-statistics';
import type { ClosedRound, ScenarioName } from '../lib/results.ts';
import { groupBy } from '../lib/statistics.ts';

/** The fraction of the slowest peer's throughput. */
const SHARE = 0.6;

/** The number of connections; the nearest measured number replaces it. */
const CONNECTIONS = 64;

/**
 * The common rate of latency measurements in a scenario: 60 % of the slowest peer's throughput in the closed loop at 64
 * connections, so that all peers can sustain it.
 *
 * @param capacity The capacity of the generator; undefined if unknown.
 * @returns An integer, in requests per second; undefined without measurements.
 */
export function commonRate(
  closed: readonly ClosedRound[],
  scenario: ScenarioName,
  capacity: number | undefined,
): number | undefined {
  const valid = closed.filter((round) => round.scenario === scenario && round.problems.length === 0);
  const [first, ...others] = new Set(valid.map(({ connections }) => connections));
  if (first === undefined) return undefined;
  const distance = (connections: number) => Math.abs(Math.log(connections / CONNECTIONS));
  const nearest = others.reduce((best, each) => (distance(each) < distance(best) ? each : best), first);
  const peers = groupBy(
    valid.filter(({ connections }) => connections === nearest),
    ({ peer }) => peer,
  );
  const slowest = min(
    [...peers.values()].map((rounds) => median(rounds.map(({ requestsPerSecond }) => requestsPerSecond))),
  );
  return Math.max(1, Math.floor(Math.min(slowest * SHARE, capacity ?? Number.POSITIVE_INFINITY)));
}

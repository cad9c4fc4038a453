import { median, min } from 'simple-statistics';
import type { ClosedRound, ScenarioName } from '../lib/results.ts';
import { groupBy } from '../lib/statistics.ts';

/** How much of what the slowest can do is asked of all. */
const SHARE = 0.6;

/** At how many connections; the nearest that was measured stands in for it. */
const CONNECTIONS = 64;

/**
 * The rate at which the latency of all is measured in a scenario: 60 % of what the slowest of them did in the closed
 * loop at 64 connections, so that none of them is asked for more than it can do.
 *
 * @param capacity What the generator can send; undefined where that is not known.
 * @returns Whole requests a second; undefined where nothing was measured.
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

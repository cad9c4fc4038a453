import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { median } from 'simple-statistics';
import type { OpenRound, PeerResult, Results, ScenarioName } from '../../lib/results.ts';
import { groupBy } from '../../lib/statistics.ts';
import { openRounds } from './series.ts';

/** One open-loop comparison: all peers at the same rate. */
export interface LatencyComparison {
  scenario: ScenarioName;
  /** Requests a second. */
  rate: number;
  peers: PeerLatency[];
}

/** Medians over the rounds, in milliseconds from when a request was to be sent. */
export interface PeerLatency {
  peer: string;
  title: string;
  lane: PeerResult['lane'];
  achieved: number;
  percentiles: OpenRound['latency'];
  /** How late the generator sent, in milliseconds. */
  lag: OpenRound['lag'];
  /** Whether it answered less than 99 % of what others did in the same rounds, or less than 90 % of the rate. */
  fellBehind: boolean;
  /** Whether the generator's own lateness is more than a tenth of what was measured. */
  isGeneratorLate: boolean;
  rounds: number;
  /** The answers of all rounds together; undefined where a histogram cannot be read. */
  curve: CurvePoint[] | undefined;
}

/** One of `oneIn` requests took this long or longer. */
export interface CurvePoint {
  oneIn: number;
  milliseconds: number;
}

const POINTS_A_DECADE = 10;

/** Groups the open rounds by scenario and rate; peers by their 99th percentile, the shortest first. */
export function compareLatencies(results: Results): LatencyComparison[] {
  const rounds = results.open.filter(({ role }) => role === 'peer');
  const groups = groupBy(rounds, ({ scenario, rate }) => JSON.stringify([scenario, rate]));
  return [...groups.values()].flatMap(([first]) => {
    if (!first) return [];
    const { scenario, rate } = first;
    const roundsOf = ({ name }: PeerResult) => openRounds(results, { peer: name, scenario, rate });
    const offered = mostAnswered(results.peers.flatMap(roundsOf));
    const peers = results.peers
      .flatMap((peer) => summarizeLatency(peer, roundsOf(peer), offered))
      .sort((a, b) => a.percentiles.p99 - b.percentiles.p99);
    return peers.length === 0 ? [] : [{ scenario, rate, peers }];
  });
}

/**
 * What was sent in each round: arrivals are random, the same for all peers in a round, and seldom just those of the
 * rate; who keeps up answers them all.
 */
function mostAnswered(rounds: readonly OpenRound[]): Map<number, number> {
  const byRound = groupBy(rounds, ({ round }) => round);
  return new Map(
    [...byRound].map(([round, items]) => [round, Math.max(...items.map((item) => item.achieved))]),
  );
}

function summarizeLatency(
  { name, title, lane }: PeerResult,
  rounds: readonly OpenRound[],
  offered: ReadonlyMap<number, number>,
): PeerLatency[] {
  const [first] = rounds;
  if (!first) return [];
  const middle = (of: (round: OpenRound) => number) => median(rounds.map(of));
  const achieved = middle((round) => round.achieved);
  const share = middle((round) => round.achieved / (offered.get(round.round) ?? round.rate));
  const lag = { p99: middle((round) => round.lag.p99), max: middle((round) => round.lag.max) };
  const p99 = middle(({ latency }) => latency.p99);
  return [
    {
      peer: name,
      title,
      lane,
      achieved,
      percentiles: {
        p50: middle(({ latency }) => latency.p50),
        p90: middle(({ latency }) => latency.p90),
        p99,
        p999: middle(({ latency }) => latency.p999),
        max: middle(({ latency }) => latency.max),
      },
      lag,
      fellBehind: share < 0.99 || achieved < first.rate * 0.9,
      isGeneratorLate: lag.p99 > p99 / 10,
      rounds: rounds.length,
      curve: readCurve(rounds.map(({ histogram }) => histogram)),
    },
  ];
}

/** Adds the histograms up; undefined where one of them is not what it should be. */
export function readCurve(histograms: readonly string[]): CurvePoint[] | undefined {
  try {
    const [total, ...others] = histograms.map((text) => decodeFromCompressedBase64(text));
    if (!total) return undefined;
    total.autoResize = true;
    for (const histogram of others) total.add(histogram);
    if (total.totalCount === 0) return undefined;
    const points = Math.floor(Math.log10(total.totalCount) * POINTS_A_DECADE);
    return Array.from({ length: points + 1 }, (_, index) => {
      const oneIn = 10 ** (index / POINTS_A_DECADE);
      return { oneIn, milliseconds: total.getValueAtPercentile(100 * (1 - 1 / oneIn)) / 1000 };
    });
  } catch {
    return undefined;
  }
}

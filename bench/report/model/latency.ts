import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { median } from 'simple-statistics';
import type { OpenRound, PeerResult, Results, ScenarioName } from '../../lib/results.ts';
import { groupBy } from '../../lib/statistics.ts';
import { openRounds } from './series.ts';

/** An open-loop comparison: all peers at the same rate. */
export interface LatencyComparison {
  scenario: ScenarioName;
  /** Requests per second. */
  rate: number;
  peers: PeerLatency[];
}

/** Medians over the rounds, in milliseconds from the scheduled times. */
export interface PeerLatency {
  peer: string;
  title: string;
  lane: PeerResult['lane'];
  achieved: number;
  percentiles: OpenRound['latency'];
  /** The lag of the generator, in milliseconds. */
  lag: OpenRound['lag'];
  /** Whether it sent fewer than 99 % of the responses of others in the same rounds, or fewer than 90 % of the rate. */
  fellBehind: boolean;
  /** Whether the lag of the generator is more than a tenth of the measured latency. */
  isGeneratorLate: boolean;
  rounds: number;
  /** The latencies of all rounds together; undefined if a histogram is invalid. */
  curve: CurvePoint[] | undefined;
}

/** One in `oneIn` requests took at least this long. */
export interface CurvePoint {
  oneIn: number;
  milliseconds: number;
}

const POINTS_A_DECADE = 10;

/** Groups the open rounds by scenario and rate, and sorts peers by their 99th percentile. */
export function compareLatencies(results: Results): LatencyComparison[] {
  const rounds = results.open.filter(({ role }) => role === 'peer');
  const groups = groupBy(rounds, ({ scenario, rate }) => JSON.stringify([scenario, rate]));
  return [...groups.values()].flatMap(([first]) => {
    if (!first) return [];
    const { scenario, rate } = first;
    const roundsOf = ({ name }: PeerResult) => openRounds(results, { peer: name, scenario, rate });
    const offered = mostResponses(results.peers.flatMap(roundsOf));
    const peers = results.peers
      .flatMap((peer) => summarizeLatency(peer, roundsOf(peer), offered))
      .sort((a, b) => a.percentiles.p99 - b.percentiles.p99);
    return peers.length === 0 ? [] : [{ scenario, rate, peers }];
  });
}

/**
 * The number of sent requests per round, from the peers with most responses: arrivals are random, equal for all peers of a
 * round, and differ from the nominal rate.
 */
function mostResponses(rounds: readonly OpenRound[]): Map<number, number> {
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

/** Adds up the histograms; undefined if one is invalid. */
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

import type { PeerResult, Results, ScenarioName } from '../../lib/results.ts';
import { type Estimate, estimate } from '../../lib/statistics.ts';
import { type Conditions, SETLIST, SETLIST_PLAIN } from './conditions.ts';
import { closedRounds, middleOf, type Ratio, ratioOf } from './series.ts';

/** The bases of ratios: Setlist with default settings (batched), or with one query per request. */
export const bases = [SETLIST, SETLIST_PLAIN] as const;
export type Base = (typeof bases)[number];

/** The figures of one peer in one scenario, at the number of connections of the tables. */
export interface ScenarioSummary {
  scenario: ScenarioName;
  requestsPerSecond: number;
  /**
   * Setlist ÷ this peer: Setlist's requests per second divided by those of the peer, within rounds. Above 1, Setlist is
   * faster. Undefined if Setlist has none, or is the peer.
   */
  ratios: Record<Base, Ratio | undefined>;
  /** Processor time in microseconds per request. */
  cpu: { server: number; postgres: number; total: number };
  /** In bytes. */
  memory: number;
  roundsThatCount: number;
  voidRounds: number;
}

/** A row of the tables. */
export interface PeerSummary {
  name: string;
  title: string;
  language: string;
  lane: PeerResult['lane'];
  isSetlist: boolean;
  scenarios: ScenarioSummary[];
  /** In milliseconds. */
  startUp: Estimate | undefined;
  linesOfCode: number;
  files: number;
  versions: [name: string, version: string][];
  conformance: PeerResult['conformance'];
}

/** Summarises the peers: batched ones first, each lane sorted by requests per second, the highest first. */
export function summarizePeers(results: Results, conditions: Conditions | undefined): PeerSummary[] {
  const summaries = results.peers.map((peer) => summarizePeer(results, peer, conditions));
  const speed = (peer: PeerSummary) =>
    summaryOf(peer, conditions?.scenario)?.requestsPerSecond ?? Number.NEGATIVE_INFINITY;
  const lane = (peer: PeerSummary) => (peer.lane === 'batched' ? 0 : 1);
  return summaries.toSorted((a, b) => lane(a) - lane(b) || compare(speed(b), speed(a)));
}

/** The figures of the peer in the scenario. */
export function summaryOf(
  peer: PeerSummary,
  scenario: ScenarioName | undefined,
): ScenarioSummary | undefined {
  return peer.scenarios.find((summary) => summary.scenario === scenario);
}

/** Whether a ratio to this base compares batched with unbatched variants. */
export function isAcrossLanes(peer: Pick<PeerSummary, 'lane'>, base: Base, scenario: ScenarioName): boolean {
  return scenario !== 'health' && peer.lane !== (base === SETLIST ? 'batched' : 'one query a request');
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function summarizePeer(results: Results, peer: PeerResult, conditions: Conditions | undefined): PeerSummary {
  const { name, title, language, lane, conformance } = peer;
  return {
    name,
    title,
    language,
    lane,
    isSetlist: name === SETLIST || name === SETLIST_PLAIN,
    scenarios:
      conditions?.measured.flatMap((scenario) => summarize(results, name, scenario, conditions)) ?? [],
    startUp: estimate(peer.startUp, results.setup.seed),
    linesOfCode: peer.linesOfCode.total,
    files: Object.keys(peer.linesOfCode.files).length,
    versions: Object.entries(peer.versions),
    conformance,
  };
}

function summarize(
  results: Results,
  peer: string,
  scenario: ScenarioName,
  { connections }: Conditions,
): ScenarioSummary[] {
  const selection = { peer, scenario, connections };
  const requestsPerSecond = middleOf(results, selection, 'requests/s');
  if (requestsPerSecond === undefined) return [];
  const middle = (measure: 'CPU' | 'server CPU' | 'PostgreSQL CPU' | 'memory') =>
    middleOf(results, selection, measure) ?? 0;
  const ratio = (base: Base) =>
    base === peer ? undefined : ratioOf(results, { ...selection, peer: base }, selection, 'requests/s');
  const rounds = closedRounds(results, selection);
  const voidRounds = rounds.filter(({ problems }) => problems.length > 0).length;
  return [
    {
      scenario,
      requestsPerSecond,
      ratios: { [SETLIST]: ratio(SETLIST), [SETLIST_PLAIN]: ratio(SETLIST_PLAIN) },
      cpu: { server: middle('server CPU'), postgres: middle('PostgreSQL CPU'), total: middle('CPU') },
      memory: middle('memory'),
      roundsThatCount: rounds.length - voidRounds,
      voidRounds,
    },
  ];
}

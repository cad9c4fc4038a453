import type { Results, ScenarioName } from '../../lib/results.ts';
import { groupBy } from '../../lib/statistics.ts';
import { type Ratio, ratioOf } from './series.ts';

/** The deviation of a control above which the report warns. */
export const NOISE_BOUND = 0.05;

/** A second start of Setlist, divided by the first: the difference is noise. */
export interface Control {
  scenario: ScenarioName;
  connections: number;
  requestsPerSecond: Ratio;
  cpu: Ratio | undefined;
  /** The distance of the median ratio of requests per second from 1. */
  deviation: number;
  isBeyondBound: boolean;
}

/** A void measurement. */
export interface VoidRound {
  peer: string;
  isControl: boolean;
  scenario: ScenarioName;
  /** The load, such as `64 connections` or `500 requests/s`. */
  load: string;
  round: number;
  problems: string[];
}

/** Compares the control with its peer where both were measured. */
export function findControls(results: Results): Control[] {
  const controls = results.closed.filter(({ role }) => role === 'control');
  const groups = groupBy(controls, ({ peer, scenario, connections }) =>
    JSON.stringify([peer, scenario, connections]),
  );
  return [...groups.values()].flatMap(([first]) => {
    if (!first) return [];
    const { peer, scenario, connections } = first;
    const selection = { peer, scenario, connections };
    const ratio = (measure: 'requests/s' | 'CPU') =>
      ratioOf(results, { ...selection, role: 'control' }, selection, measure);
    const requestsPerSecond = ratio('requests/s');
    if (!requestsPerSecond) return [];
    const deviation = Math.abs(requestsPerSecond.median - 1);
    const isBeyondBound = deviation > NOISE_BOUND;
    return [{ scenario, connections, requestsPerSecond, cpu: ratio('CPU'), deviation, isBeyondBound }];
  });
}

/** All rounds with problems, closed and open. */
export function findVoidRounds(results: Results): VoidRound[] {
  const titles = new Map(results.peers.map(({ name, title }) => [name, title]));
  const isVoid = ({ problems }: { problems: string[] }) => problems.length > 0;
  const told = ({ peer, role, scenario, round, problems }: Omit<VoidRound, 'isControl' | 'load'> & Role) => ({
    peer: titles.get(peer) ?? peer,
    isControl: role === 'control',
    scenario,
    round,
    problems,
  });
  return [
    ...results.closed
      .filter(isVoid)
      .map((round) => ({ ...told(round), load: connectionsText(round.connections) })),
    ...results.open.filter(isVoid).map((round) => ({ ...told(round), load: `${round.rate} requests/s` })),
  ];
}

interface Role {
  role: 'peer' | 'control';
}

/** `1 connection`, `64 connections`. */
export function connectionsText(connections: number): string {
  return connections === 1 ? '1 connection' : `${connections} connections`;
}

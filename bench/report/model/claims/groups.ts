import type { PeerResult, Results, ScenarioName } from '../../../lib/results.ts';
import { type Conditions, ioBound, scenarioNamed } from '../conditions.ts';
import { connectionsText } from '../noise.ts';
import { type Measure, middleOf } from '../series.ts';

/** A peer with its measured value. */
export interface Candidate {
  name: string;
  title: string;
  value: number;
}

/** Python stacks in which a thread or process waits for the database. */
export const synchronous: readonly string[] = ['django', 'flask'];

/** Whether the peer runs on Node.js. */
export const isNode = ({ language }: PeerResult) => ['TypeScript', 'JavaScript'].includes(language);
export const isGo = ({ language }: PeerResult) => language === 'Go';
export const isPython = ({ language }: PeerResult) => language === 'Python';

/** Measured peers with one query per request, in ascending order. */
export function candidates(
  results: Results,
  { scenario, connections }: Pick<Conditions, 'scenario' | 'connections'>,
  measure: Measure,
  isMeant: (peer: PeerResult) => boolean,
): Candidate[] {
  return results.peers
    .filter((peer) => peer.lane === 'one query a request' && isMeant(peer))
    .flatMap(({ name, title }) => {
      const value = middleOf(results, { peer: name, scenario, connections }, measure);
      return value === undefined ? [] : [{ name, title, value }];
    })
    .sort((a, b) => a.value - b.value);
}

/** The measured scenarios with the database, the mixed load first. */
export function ioBoundScenarios(conditions: Conditions | undefined): ScenarioName[] {
  return ioBound.filter((name) => conditions?.measured.includes(name));
}

/** `mixed requests, 64 connections`. */
export function circumstances({
  scenario,
  connections,
}: Pick<Conditions, 'scenario' | 'connections'>): string {
  return `${scenarioNamed(scenario).inSentence}, ${connectionsText(connections)}`;
}

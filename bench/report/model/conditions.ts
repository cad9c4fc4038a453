import type { ClosedRound, Results, ScenarioName } from '../../lib/results.ts';
import { groupBy } from '../../lib/statistics.ts';

/** The scenarios in the order of the report, with what each is called in a table and in a sentence. */
export const scenarios: readonly { name: ScenarioName; title: string; inSentence: string; detail: string }[] =
  [
    { name: 'get', title: 'GET by id', inSentence: 'reads by id', detail: 'GET /songs/{id}, random ids' },
    { name: 'create', title: 'POST', inSentence: 'creates', detail: 'POST /songs, each song new' },
    { name: 'list', title: 'List', inSentence: 'lists', detail: 'GET /songs, 20 of a random artist' },
    {
      name: 'mixed',
      title: 'Mixed',
      inSentence: 'mixed requests',
      detail: '75 % reads by id, 15 % writes, 10 % lists',
    },
    {
      name: 'health',
      title: 'JSON',
      inSentence: 'bare JSON answers',
      detail: 'GET /health, without the database',
    },
  ];

/** Those that wait for the database. */
export const ioBound: readonly ScenarioName[] = ['mixed', 'get', 'list', 'create'];

export const SETLIST = 'setlist';
export const SETLIST_PLAIN = 'setlist-plain';

const USUAL_CONNECTIONS = 64;

/** Which part of the measurements the headline and the tables are about. */
export interface Conditions {
  connections: number;
  /** The scenario that costs, memory and claims are told for, unless they say otherwise; the first of these measured. */
  scenario: ScenarioName;
  /** Those that were measured at this number of connections. */
  measured: ScenarioName[];
}

/** Picks 64 connections where they were measured, else the number with most measurements; the mixed load, else reads. */
export function findConditions(results: Results): Conditions | undefined {
  const valid = results.closed.filter(isValidPeerRound);
  const counts = groupBy(valid, ({ connections }) => connections);
  const [most] = [...counts].sort(([a, some], [b, others]) => others.length - some.length || b - a);
  if (!most) return undefined;
  const connections = counts.has(USUAL_CONNECTIONS) ? USUAL_CONNECTIONS : most[0];
  const there = valid.filter((round) => round.connections === connections);
  const measured = scenarios
    .map(({ name }) => name)
    .filter((name) => there.some(({ scenario }) => scenario === name));
  const scenario = ioBound.find((name) => measured.includes(name)) ?? 'health';
  return { connections, scenario, measured };
}

export function isValidPeerRound({ role, problems }: Pick<ClosedRound, 'role' | 'problems'>): boolean {
  return role === 'peer' && problems.length === 0;
}

/** The words for a scenario. */
export function scenarioNamed(name: ScenarioName): (typeof scenarios)[number] {
  const found = scenarios.find((scenario) => scenario.name === name);
  return found ?? { name, title: name, inSentence: name, detail: '' };
}

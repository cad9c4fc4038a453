import type { ClosedRound, Results, ScenarioName } from '../../lib/results.ts';
import { groupBy } from '../../lib/statistics.ts';

/** The scenarios in the order of the report, with their names in tables and sentences. */
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
      inSentence: 'bare JSON responses',
      detail: 'GET /health, without the database',
    },
  ];

/** Scenarios that use the database. */
export const ioBound: readonly ScenarioName[] = ['mixed', 'get', 'list', 'create'];

export const SETLIST = 'setlist';
export const SETLIST_PLAIN = 'setlist-plain';

const USUAL_CONNECTIONS = 64;

/** The measurements in the headline and the tables. */
export interface Conditions {
  connections: number;
  /** The scenario for costs, memory and claims: the first measured one of {@link ioBound}. */
  scenario: ScenarioName;
  /** The scenarios with measurements at this number of connections. */
  measured: ScenarioName[];
}

/** Selects 64 connections if they were measured, else the number with most measurements. */
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

/** The names of a scenario. */
export function scenarioNamed(name: ScenarioName): (typeof scenarios)[number] {
  const found = scenarios.find((scenario) => scenario.name === name);
  return found ?? { name, title: name, inSentence: name, detail: '' };
}

import type { ScenarioName } from '../lib/results.ts';
import type { RequestKindName } from './request-kinds.ts';

/** The shares of kinds of requests, in percent. */
export interface Scenario {
  title: string;
  shares: readonly { percent: number; kind: RequestKindName }[];
}

const all = (kind: RequestKindName) => [{ percent: 100, kind }] as const;

/** All scenarios, by their names for `--scenarios`. */
export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  health: { title: 'GET /health, no database', shares: all('health') },
  get: { title: 'GET /songs/{id}', shares: all('get') },
  list: { title: 'GET /songs, 20 of a random artist', shares: all('list') },
  create: { title: 'POST /songs', shares: all('create') },
  mixed: {
    title: 'Mixed: 75 % get, 15 % write, 10 % list',
    shares: [
      { percent: 75, kind: 'get' },
      { percent: 7.5, kind: 'create' },
      { percent: 7.5, kind: 'replace' },
      { percent: 10, kind: 'list' },
    ],
  },
};

export const scenarioNames: readonly ScenarioName[] = ['health', 'get', 'list', 'create', 'mixed'];

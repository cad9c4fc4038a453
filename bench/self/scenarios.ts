import type { RequestTemplate } from '../lib/load/requests.ts';

/** The database of a server under test. */
export type DatabaseKind = 'none' | 'server' | 'copy' | 'embedded';

/** A kind of request, for a kind of server. */
export interface Scenario extends RequestTemplate {
  title: string;
  /** `static` is a bare `node:http` server, the upper limit of this machine. */
  server: 'setlist' | 'static';
  /** `copy` is a new copy of the loaded database for each measurement, because the requests write. */
  database: DatabaseKind;
  /** Whether it is measured with and without batching. */
  hasTwin: boolean;
  method: 'GET' | 'POST' | 'PUT';
  /** The status of every response. */
  status: number;
}

const read = { server: 'setlist', hasTwin: true, method: 'GET', status: 200 } as const;
const write = { server: 'setlist', database: 'copy', hasTwin: true } as const;

/** All scenarios, by their names for `--only`. */
export const scenarios = {
  static: {
    ...read,
    title: 'node:http, static JSON',
    server: 'static',
    database: 'none',
    hasTwin: false,
    path: '/health',
  },
  health: { ...read, title: 'GET /health, no database', database: 'server', hasTwin: false, path: '/health' },
  get: { ...read, title: 'GET /songs/{id}', database: 'server', path: '/songs/{n}', numbers: 'song ids' },
  'list-same': { ...read, title: 'GET /songs, same query', database: 'server', path: '/songs?limit=20' },
  'list-random': {
    ...read,
    title: 'GET /songs, random filter',
    database: 'server',
    path: '/songs?artist=Artist%20{n}&limit=20',
    numbers: 'artists',
  },
  create: {
    ...write,
    title: 'POST /songs',
    method: 'POST',
    path: '/songs',
    body: '{"song":"Created {n}","artist":"Artist of the benchmark","year":2024}',
    numbers: 'unique',
    status: 201,
  },
  replace: {
    ...write,
    title: 'PUT /tasks/{id}',
    method: 'PUT',
    path: '/tasks/{n}',
    body: '{"title":"Replaced {n}","description":"Again and again","done":true}',
    numbers: 'task ids',
    status: 200,
  },
  'embedded-get': {
    ...read,
    title: 'GET /songs/{id}, embedded',
    database: 'embedded',
    path: '/songs/{n}',
    numbers: 'song ids',
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as readonly ScenarioName[];

/** `single` is the mode of scenarios without a twin. */
export type Mode = 'batched' | 'plain' | 'single';

/** One scenario in one mode. */
export interface Target {
  scenario: ScenarioName;
  mode: Mode;
}

export function targetsOf(names: readonly ScenarioName[]): Target[] {
  return names.flatMap((scenario) => {
    const modes: readonly Mode[] = scenarios[scenario].hasTwin ? ['batched', 'plain'] : ['single'];
    return modes.map((mode) => ({ scenario, mode }));
  });
}

/** The title of a target in tables and in the progress. */
export function titleOf({ scenario, mode }: Target): string {
  const { title } = scenarios[scenario];
  return mode === 'single' ? title : `${title}, ${mode}`;
}

import type { RequestTemplate } from '../lib/load/requests.ts';

/** What a server under test is started on. */
export type DatabaseKind = 'none' | 'server' | 'copy' | 'embedded';

/** One kind of request, measured against one kind of server. */
export interface Scenario extends RequestTemplate {
  title: string;
  /** `static` is a bare `node:http` server, the ceiling of this machine. */
  server: 'setlist' | 'static';
  /** `copy` is a fresh copy of the loaded database for each measurement, as the requests write. */
  database: DatabaseKind;
  /** Whether it is measured with batching and without. */
  hasTwin: boolean;
  method: 'GET' | 'POST' | 'PUT';
  /** The status of every answer. */
  status: number;
}

const read = { server: 'setlist', hasTwin: true, method: 'GET', status: 200 } as const;
const write = { server: 'setlist', database: 'copy', hasTwin: true } as const;

/** Everything that is measured, by the name that `--only` takes. */
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

/** `single` is the mode of what has no twin. */
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

/** The target as tables and the progress show it. */
export function titleOf({ scenario, mode }: Target): string {
  const { title } = scenarios[scenario];
  return mode === 'single' ? title : `${title}, ${mode}`;
}

import { join } from 'node:path';
import type { Loaded } from '../lib/load/requests.ts';
import { type LoadedServer, loadEmbedded, withLoadedServer } from '../lib/loaded-databases.ts';
import { type Mode, type Scenario, type ScenarioName, scenarios } from './scenarios.ts';

/** The databases of the servers under test. */
export interface Stage {
  /** The version of the PostgreSQL server; undefined if no scenario needs one. */
  postgresVersion: string | undefined;
  /** Prepares the database of one server under test. */
  prepare(scenario: Scenario, mode: Mode): Promise<Prepared>;
}

export interface Prepared {
  /** The server's environment. */
  environment: Readonly<Record<string, string>>;
  loaded: Loaded;
  /** The process id of its PostgreSQL server; undefined for the embedded one. */
  postgres: number | undefined;
}

const nothing: Loaded = { songs: { from: 0, to: 0 }, tasks: { from: 0, to: 0 }, artists: { from: 0, to: 0 } };

/** Runs a function with the databases of the scenarios, and removes them afterwards. */
export async function withStage<Result>(
  names: readonly ScenarioName[],
  folder: string,
  signal: AbortSignal,
  use: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const kinds = new Set(names.map((name) => scenarios[name].database));
  const dataDir = join(folder, 'embedded');
  const embedded = kinds.has('embedded') ? await loadEmbedded(dataDir, signal) : nothing;

  const stageOn = (server: LoadedServer | undefined): Stage => ({
    postgresVersion: server?.version,
    prepare: async ({ database }, mode) => {
      const batching = {
        MAX_TASKS: '0',
        ...(mode !== 'single' && { BATCHING: mode === 'plain' ? 'off' : 'on' }),
      };
      if (database === 'none') return { environment: {}, loaded: nothing, postgres: undefined };
      if (database === 'embedded') {
        return { environment: { ...batching, DATA_DIR: dataDir }, loaded: embedded, postgres: undefined };
      }
      if (!server) throw new Error('The PostgreSQL server is not started.');
      const url = database === 'copy' ? await server.copy() : server.url;
      return {
        environment: { ...batching, DATABASE_URL: url },
        loaded: server.loaded,
        postgres: server.pid,
      };
    },
  });
  if (!kinds.has('server') && !kinds.has('copy')) return use(stageOn(undefined));
  return withLoadedServer(folder, signal, (server) => use(stageOn(server)));
}

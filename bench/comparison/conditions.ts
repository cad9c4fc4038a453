import type { LoadGenerator } from '../lib/load/load-generator.ts';
import type { LoadedServer } from '../lib/loaded-databases.ts';
import type { Options } from './options.ts';

/** The common conditions of all measurements of a run. */
export interface Conditions {
  options: Options;
  database: LoadedServer;
  /** The load generator of the closed loop. */
  generator: LoadGenerator;
  /** A folder for temporary files. */
  folder: string;
  /** Aborts the run. */
  signal: AbortSignal;
}

/** The maximum number of database connections per peer, for all processes together. */
export const POOL_MAX = 10;

/** The number of connections of the warm-up. */
export const WARM_UP_CONNECTIONS = 64;

import type { LoadGenerator } from '../lib/load/load-generator.ts';
import type { LoadedServer } from '../lib/loaded-databases.ts';
import type { Options } from './options.ts';

/** What all measurements of a run share. */
export interface Conditions {
  options: Options;
  database: LoadedServer;
  /** Of the closed loop. */
  generator: LoadGenerator;
  /** Where files may be put. */
  folder: string;
  /** Breaks everything off. */
  signal: AbortSignal;
}

/** How many connections each peer may have to the database, all its processes together. */
export const POOL_MAX = 10;

/** With how many connections servers are warmed up. */
export const WARM_UP_CONNECTIONS = 64;

import type { Loaded } from '../../lib/load/requests.ts';
import type { OpenRound, ScenarioName } from '../../lib/results.ts';

/** A scheduled load: requests, target, rate and duration. */
export interface OpenLoad {
  /** Such as `http://127.0.0.1:3000`. */
  base: string;
  scenario: ScenarioName;
  loaded: Loaded;
  /** The number of the load on one database, from 0: unique numbers differ between phases. */
  phase: number;
  /** The average rate, in requests per second. */
  rate: number;
  /** The duration of the measurement, and of the warm-up before it. */
  seconds: number;
  warmUpSeconds: number;
  /** The seed of the schedule. */
  seed: number;
}

/** The result of the generator. */
export type OpenResult = Pick<
  OpenRound,
  'rate' | 'achieved' | 'seconds' | 'latency' | 'histogram' | 'lag' | 'problems'
>;

/** A measurement is void if the 99th percentile of the generator's lag is above this, in milliseconds. */
export const LAG_BOUND = 5;

/** The maximum number of connections. A new one is only opened if all are busy; otherwise requests wait. */
export const CONNECTIONS = 256;

/** The time limit of the last responses, in milliseconds. */
export const RESPONSE_DEADLINE = 10_000;

/** Every n-th body is checked; every status is. */
export const CHECKED_ONE_IN = 20;

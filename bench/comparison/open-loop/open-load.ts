import type { Loaded } from '../../lib/load/requests.ts';
import type { OpenRound, ScenarioName } from '../../lib/results.ts';

/** What is to be sent, where, how often and for how long. */
export interface OpenLoad {
  /** Such as `http://127.0.0.1:3000`. */
  base: string;
  scenario: ScenarioName;
  loaded: Loaded;
  /** Counts what is sent to one database, from 0: unique numbers differ between phases. */
  phase: number;
  /** Requests a second, on average. */
  rate: number;
  /** How long requests are sent whose latency counts, and before it those whose latency does not. */
  seconds: number;
  warmUpSeconds: number;
  /** Of when which request is sent. */
  seed: number;
}

/** What the generator saw. */
export type OpenResult = Pick<
  OpenRound,
  'rate' | 'achieved' | 'seconds' | 'latency' | 'histogram' | 'lag' | 'problems'
>;

/** A measurement in which 1 of 100 requests was sent so much too late, or more, counts for nothing; milliseconds. */
export const LAG_BOUND = 5;

/** How many connections there may be; more are opened only while all are busy. A request that finds none waits. */
export const CONNECTIONS = 256;

/** How long the last answers may take, in milliseconds. */
export const ANSWER_DEADLINE = 10_000;

/** The body of one of so many answers is looked at; the status of each. */
export const CHECKED_ONE_IN = 20;

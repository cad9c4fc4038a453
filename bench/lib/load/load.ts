import type { Requests, Share } from './requests.ts';

/** A load: requests, target and duration. */
export interface Load {
  /** Such as `http://127.0.0.1:3000`. */
  base: string;
  /** Requests of one kind, or a random mix of several kinds. */
  requests: Requests | readonly Share[];
  /** The expected statuses of the responses. */
  statuses: readonly number[];
  /** The number of connections; each sends its next request as soon as it has a response. */
  connections: number;
  seconds: number;
  /** A folder for temporary files. */
  folder: string;
  /** The seed of the random numbers in requests. Without a seed, and with autocannon, they differ between runs. */
  seed?: number;
  /** Aborts the load. */
  signal: AbortSignal;
}

/** The measurements of a load generator. */
export interface LoadResult {
  requests: number;
  /** The duration, in seconds. */
  seconds: number;
  /** The median latency, in milliseconds. */
  p50Ms: number;
  /** The 99th percentile of latency, in milliseconds. */
  p99Ms: number;
  /** The reasons why the figures are invalid: errors, and unexpected statuses. */
  problems: readonly string[];
}

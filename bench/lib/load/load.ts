import type { Requests, Share } from './requests.ts';

/** What is to be sent, where and for how long. */
export interface Load {
  /** Such as `http://127.0.0.1:3000`. */
  base: string;
  /** Those of one kind, or of several, mixed at random. */
  requests: Requests | readonly Share[];
  /** What the status of every answer must be one of. */
  statuses: readonly number[];
  /** How many connections each send their next request as soon as they have their answer. */
  connections: number;
  seconds: number;
  /** Where files may be put. */
  folder: string;
  /** Of the random numbers in the requests, which differ from run to run without one, and with autocannon. */
  seed?: number;
  /** Breaks it off. */
  signal: AbortSignal;
}

/** What a load generator saw. */
export interface LoadResult {
  requests: number;
  /** How long it sent, in seconds. */
  seconds: number;
  /** The median latency, in milliseconds. */
  p50Ms: number;
  /** The latency that 99 of 100 requests stayed below, in milliseconds. */
  p99Ms: number;
  /** What makes the figures worthless: errors, and answers with another status than expected. */
  problems: readonly string[];
}

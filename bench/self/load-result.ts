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

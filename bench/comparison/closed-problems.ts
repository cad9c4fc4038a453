import type { LoadResult } from '../lib/load/load.ts';
import type { Sample } from './sampler.ts';

/** The observations of a closed measurement. */
export interface Seen {
  load: Pick<LoadResult, 'requests' | 'problems'>;
  sample: Sample;
  /** The memory of the server, near the end. */
  pssBytes: number;
  connections: number;
  /** The number of new songs; undefined if the scenario creates none. */
  created: number | undefined;
}

/** The reasons why a closed measurement is void; empty if it counts. */
export function problemsOf({ load, sample, pssBytes, connections, created }: Seen): string[] {
  return [
    ...load.problems,
    ...sample.problems,
    ...(load.requests === 0 ? ['there were no responses'] : []),
    ...(pssBytes === 0 ? ['the server exited'] : []),
    ...(created === undefined ? [] : miscounted(created, load.requests, connections + sample.looks)),
  ];
}

/**
 * Each song with a counted response must exist, and at most one more for each request whose response was not counted.
 */
function miscounted(created: number, counted: number, others: number): string[] {
  if (created >= counted && created <= counted + others) return [];
  return [`${counted} songs were reported as created, but ${created} exist`];
}

import type { LoadResult } from '../lib/load/load.ts';
import type { Sample } from './sampler.ts';

/** What was seen in a closed measurement. */
export interface Seen {
  load: Pick<LoadResult, 'requests' | 'problems'>;
  sample: Sample;
  /** Of the server, near the end. */
  pssBytes: number;
  connections: number;
  /** How many songs are there that were not before; undefined where other things were asked for. */
  created: number | undefined;
}

/** Why a closed measurement counts for nothing; empty where it counts. */
export function problemsOf({ load, sample, pssBytes, connections, created }: Seen): string[] {
  return [
    ...load.problems,
    ...sample.problems,
    ...(load.requests === 0 ? ['no request was answered'] : []),
    ...(pssBytes === 0 ? ['the server has ended'] : []),
    ...(created === undefined ? [] : miscounted(created, load.requests, connections + sample.looks)),
  ];
}

/**
 * Each song whose creation was answered must be there, and no more than what was asked for: the answers, and what the
 * others asked for whose answers nobody counted.
 */
function miscounted(created: number, answered: number, others: number): string[] {
  if (created >= answered && created <= answered + others) return [];
  return [`${answered} songs were said to be created, and ${created} are there`];
}

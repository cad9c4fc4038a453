import { runAutocannon } from './autocannon.ts';
import type { LoadResult } from './load-result.ts';
import type { Requests } from './requests.ts';
import { runWrk, wrkVersion } from './wrk.ts';

/** What is to be sent, where and for how long. */
export interface Load {
  /** Such as `http://127.0.0.1:3000`. */
  base: string;
  requests: Requests;
  /** The status of every answer. */
  status: number;
  /** How many connections each send their next request as soon as they have their answer. */
  connections: number;
  seconds: number;
  /** Where files may be put. */
  folder: string;
  /** Breaks it off. */
  signal: AbortSignal;
}

export interface LoadGenerator {
  name: string;
  run(load: Load): Promise<LoadResult>;
}

/** wrk where it is installed: it leaves most of the machine to what is measured. Otherwise autocannon. */
export function findLoadGenerator(): LoadGenerator {
  const version = wrkVersion();
  return version === undefined
    ? { name: 'autocannon', run: runAutocannon }
    : { name: `wrk ${version}`, run: runWrk };
}

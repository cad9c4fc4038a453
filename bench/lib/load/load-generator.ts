import { runAutocannon } from './autocannon.ts';
import type { Load, LoadResult } from './load.ts';
import { runWrk, wrkVersion } from './wrk.ts';

export interface LoadGenerator {
  name: string;
  run(load: Load): Promise<LoadResult>;
}

/** wrk if it is installed, because it needs little processor time; otherwise autocannon. */
export function findLoadGenerator(): LoadGenerator {
  const version = wrkVersion();
  return version === undefined
    ? { name: 'autocannon', run: runAutocannon }
    : { name: `wrk ${version}`, run: runWrk };
}

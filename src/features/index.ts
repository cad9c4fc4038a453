import type { Feature } from './feature.ts';
import { identity } from './identity/index.ts';
import { songs } from './songs/index.ts';
import { tasks } from './tasks/index.ts';

/** The features that serve JSON. */
export const features: readonly Feature[] = [identity, songs, tasks];

import type { Feature } from './feature.ts';
import { songs } from './songs/index.ts';
import { tasks } from './tasks/index.ts';

/** The features that serve JSON resources. */
export const features: readonly Feature[] = [songs, tasks];

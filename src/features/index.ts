import { audit } from './audit/index.ts';
import { events } from './events/index.ts';
import type { Feature } from './feature.ts';
import { identity } from './identity/index.ts';
import { jobs } from './jobs/index.ts';
import { songs } from './songs/index.ts';
import { tasks } from './tasks/index.ts';
import { webhooks } from './webhooks/index.ts';

/** The features that serve JSON. */
export const features: readonly Feature[] = [audit, events, identity, jobs, songs, tasks, webhooks];

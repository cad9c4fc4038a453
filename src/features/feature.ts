import type { FastifyPluginAsync } from 'fastify';

/** The settings of the service that features depend on. */
export interface FeatureOptions {
  /** How many tasks there may be; 0 means any number. */
  maxTasks: number;
}

/** A group of operations: a plugin that registers their routes. */
export type Feature = FastifyPluginAsync<FeatureOptions>;

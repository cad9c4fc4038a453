import type { FastifyPluginAsync } from 'fastify';

/** The settings of the service that features depend on. */
export interface FeatureOptions {
  /** The maximum number of tasks; 0 means no limit. */
  maxTasks: number;
}

/** A group of operations: a plugin that registers their routes. */
export type Feature = FastifyPluginAsync<FeatureOptions>;

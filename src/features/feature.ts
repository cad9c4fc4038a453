import type { FastifyPluginAsync } from 'fastify';
import type { WebhookOptions } from './webhooks/settings.ts';

/** The settings of the service that features depend on. */
export interface FeatureOptions {
  /** The maximum number of tasks; 0 means no limit. */
  maxTasks: number;
  webhooks: WebhookOptions;
}

/** A group of operations: a plugin that registers their routes. */
export type Feature = FastifyPluginAsync<FeatureOptions>;

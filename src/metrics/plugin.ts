import fp from 'fastify-plugin';
import type { Connections } from '../http/connections.ts';
import { addDatabaseMetrics } from './database-metrics.ts';
import type { Metrics } from './metrics.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { addServiceMetrics } from './service-metrics.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The metrics of the service; undefined if there are none. */
    metrics: Metrics | undefined;
  }
}

export interface MetricsOptions {
  /** Undefined: there are none. */
  metrics: Metrics | undefined;
  connections: Connections;
}

/** Adds the metrics of the service and its process; the process serves them on a port of its own. */
export const metrics = fp<MetricsOptions>(
  async (app, { metrics, connections }) => {
    app.decorate('metrics', metrics);
    if (!metrics) return;
    addServiceMetrics(metrics, app, connections);
    addDatabaseMetrics(metrics, app);
    const stopProcessMetrics = addProcessMetrics(metrics);
    app.addHook('onClose', async () => stopProcessMetrics());
  },
  { name: 'metrics', dependencies: ['lifecycle', 'limits', 'database', 'batching', 'events'] },
);

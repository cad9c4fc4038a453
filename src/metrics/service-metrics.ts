import type { FastifyInstance } from 'fastify';
import type { BatcherCounts } from '../database/batching/batcher-options.ts';
import type { Connections } from '../http/connections.ts';
import { packageVersion } from '../package.ts';
import type { Metrics, Sample } from './metrics.ts';

/** Adds the metrics of the state that the parts of the service keep anyway. */
export function addServiceMetrics(metrics: Metrics, app: FastifyInstance, connections: Connections): void {
  metrics.gauge({
    name: 'setlist_build_info',
    help: 'Always 1; its labels are the versions of the service and of Node.js.',
    labels: ['version', 'node'],
    read: () => [[{ version: packageVersion, node: process.versions.node }, 1]],
  });
  metrics.gauge({
    name: 'setlist_stopping',
    help: 'Whether the service has received a signal to stop.',
    read: () => [[{}, Number(app.lifecycle.isStopping)]],
  });
  metrics.gauge({
    name: 'setlist_http_connections',
    help: 'Open connections of clients.',
    read: () => [[{}, connections.open]],
  });
  metrics.gauge({
    name: 'setlist_http_connections_max',
    help: 'The maximum number of connections, MAX_CONNECTIONS.',
    read: () => [[{}, connections.max]],
  });
  metrics.counter({
    name: 'setlist_http_connections_refused_total',
    help: 'Connections that were closed because MAX_CONNECTIONS were open.',
    read: () => [[{}, connections.refused]],
  });
  metrics.counter({
    name: 'setlist_rate_limit_refused_total',
    help: 'Requests beyond the quota of their caller; none without RATE_LIMIT.',
    read: () => (app.limits ? [[{}, app.limits.refused]] : []),
  });
  metrics.gauge({
    name: 'setlist_rate_limit_redis_up',
    help: 'Whether Redis counts the requests; without Redis, no series.',
    read: () => {
      const isAvailable = app.limits?.isRedisAvailable;
      return isAvailable === undefined ? [] : [[{}, Number(isAvailable)]];
    },
  });
  metrics.gauge({
    name: 'setlist_event_streams',
    help: 'Clients that follow the events at this instance.',
    read: () => [[{}, app.events.size]],
  });
  metrics.counter({
    name: 'setlist_event_streams_evicted_total',
    help: 'Clients that were disconnected because they read events too slowly.',
    read: () => [[{}, app.events.evicted]],
  });
  addBatchMetrics(metrics, app);
}

function addBatchMetrics(metrics: Metrics, { batching }: FastifyInstance): void {
  const labels = ['batch'];
  const ofBatches = (count: keyof BatcherCounts) => (): Sample[] =>
    Object.entries(batching.counts()).map(([batch, counts]) => [{ batch }, counts[count]]);
  metrics.counter({
    name: 'setlist_batches_total',
    help: 'Statements that were sent for one or more calls.',
    labels,
    read: ofBatches('batches'),
  });
  metrics.counter({
    name: 'setlist_batch_items_total',
    help: 'Items in those statements; divided by their number, the average size of a batch.',
    labels,
    read: ofBatches('items'),
  });
  metrics.counter({
    name: 'setlist_batch_shared_calls_total',
    help: 'Calls that shared the item of an equal call.',
    labels,
    read: ofBatches('shared'),
  });
  metrics.counter({
    name: 'setlist_batch_shed_calls_total',
    help: 'Calls without a result: expired (they waited for too long), refused (the queue was full), disconnected.',
    labels: ['batch', 'reason'],
    read: () =>
      Object.entries(batching.counts()).flatMap(([batch, counts]) =>
        (['expired', 'refused', 'disconnected'] as const).map(
          (reason): Sample => [{ batch, reason }, counts[reason]],
        ),
      ),
  });
  metrics.gauge({
    name: 'setlist_batch_queued_calls',
    help: 'Calls that wait for a statement.',
    labels,
    read: ofBatches('queued'),
  });
  metrics.gauge({
    name: 'setlist_batches_in_flight',
    help: 'Statements without a result yet.',
    labels,
    read: ofBatches('inFlight'),
  });
}

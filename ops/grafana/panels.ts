// The panels of the dashboard. docs/operations.md describes the metrics; series with colons are recorded by slo.yml and rules.yml.
import {
  BytesIEC,
  EventsPerSecond,
  OpsPerSecond,
  PercentUnit,
  RequestsPerSecond,
  Seconds,
  Short,
} from '@grafana/grafana-foundation-sdk/units';

/** A panel of the dashboard. */
export interface Panel {
  title: string;
  description?: string;
  /** One value, not its course. */
  isStat?: true;
  unit: string;
  /** The queries, by the name of their series. */
  queries: Readonly<Record<string, string>>;
}

/** The labels of the chosen instances, and of their job. */
const OF_INSTANCES = 'job="$job", instance=~"$instance"';
export const OF_JOB = 'job="$job"';
const DURATION = 'setlist_http_request_duration_seconds';
/** The requests of the objective of latency, as in slo.yml. */
const TIMED = `${OF_INSTANCES}, route!~"/health|/ready|unmatched|/events|.+/(export|import)"`;

const rate = (metric: string, labels = OF_INSTANCES) => `rate(${metric}{${labels}}[$__rate_interval])`;
const quantile = (of: number, by = 'le') =>
  `histogram_quantile(${of}, sum by (${by}) (${rate(`${DURATION}_bucket`, TIMED)}))`;
const budgetLeft = (bad: string, all: string, objective: number) =>
  `1 - sum_over_time(setlist:${bad}:rate5m{${OF_JOB}}[30d]) / sum_over_time(setlist:${all}:rate5m{${OF_JOB}}[30d]) / ${objective}`;

/** The panels, by the title of their row. */
export const ROWS: Readonly<Record<string, readonly Panel[]>> = {
  'Service levels': [
    {
      title: 'Error budget left',
      description: 'Of the failed requests that the objective of availability allows in 30 days.',
      isStat: true,
      unit: PercentUnit,
      queries: { left: budgetLeft('failed_requests', 'requests', 0.001) },
    },
    {
      title: 'Latency budget left',
      description: 'Of the slow requests that the objective of latency allows in 30 days.',
      isStat: true,
      unit: PercentUnit,
      queries: { left: budgetLeft('slow_requests', 'timed_requests', 0.01) },
    },
    {
      title: 'Alerts that fire',
      isStat: true,
      unit: Short,
      queries: { alerts: `count(ALERTS{alertstate="firing", ${OF_JOB}}) or vector(0)` },
    },
    { title: 'Instances', isStat: true, unit: Short, queries: { up: `sum(up{${OF_JOB}})` } },
    {
      title: 'Requests',
      isStat: true,
      unit: RequestsPerSecond,
      queries: { requests: `sum(${rate(`${DURATION}_count`)})` },
    },
    {
      title: 'Last migration',
      isStat: true,
      unit: Short,
      queries: { version: `max(setlist_migration_version{${OF_JOB}})` },
    },
    {
      title: 'Burn rate, one hour',
      description: '1 uses exactly the budget of 30 days in 30 days. Above 14.4, an alert fires.',
      unit: Short,
      queries: {
        availability: `setlist:failed_requests:ratio_rate1h{${OF_JOB}} / 0.001`,
        latency: `setlist:slow_requests:ratio_rate1h{${OF_JOB}} / 0.01`,
      },
    },
    {
      title: 'Failed and slow requests',
      description: 'Failed: 5xx. Slow: more than 250 ms.',
      unit: PercentUnit,
      queries: {
        failed: `setlist:failed_requests:ratio_rate5m{${OF_JOB}}`,
        slow: `setlist:slow_requests:ratio_rate5m{${OF_JOB}}`,
      },
    },
    {
      title: 'Response times',
      description: 'Without streams, exports and imports.',
      unit: Seconds,
      queries: { median: quantile(0.5), '95 %': quantile(0.95), '99 %': quantile(0.99) },
    },
  ],
  Requests: [
    {
      title: 'Requests by status',
      unit: RequestsPerSecond,
      queries: { '{{status}}': `sum by (status) (${rate(`${DURATION}_count`)})` },
    },
    {
      title: 'Requests by route',
      unit: RequestsPerSecond,
      queries: { '{{method}} {{route}}': `topk(10, sum by (method, route) (${rate(`${DURATION}_count`)}))` },
    },
    {
      title: 'Slowest routes',
      description: 'The time that 99 % of the requests do not exceed.',
      unit: Seconds,
      queries: { '{{method}} {{route}}': `topk(10, ${quantile(0.99, 'le, method, route')})` },
    },
    {
      title: 'Connections',
      unit: Short,
      queries: { '{{instance}}': `setlist_http_connections{${OF_INSTANCES}}` },
    },
    {
      title: 'Refused and repeated',
      unit: OpsPerSecond,
      queries: {
        'requests beyond a quota': `sum(${rate('setlist_rate_limit_refused_total')}) or vector(0)`,
        'connections beyond the limit': `sum(${rate('setlist_http_connections_refused_total')})`,
        'repeated creates': `sum(${rate('setlist_idempotency_replays_total')})`,
      },
    },
    {
      title: 'Calls without a result',
      description: 'Expired and refused calls are 503.',
      unit: OpsPerSecond,
      queries: { '{{reason}}': `sum by (reason) (${rate('setlist_batch_shed_calls_total')})` },
    },
  ],
  Process: [
    {
      title: 'Event loop utilization',
      description:
        'The share of the time in which the process was busy. Above 0.8, responses wait for each other.',
      unit: PercentUnit,
      queries: { '{{instance}}': rate('nodejs_eventloop_active_seconds_total') },
    },
    { title: 'Processor', unit: PercentUnit, queries: { '{{instance}}': rate('process_cpu_seconds_total') } },
    {
      title: 'Garbage collection',
      description: 'The share of the time.',
      unit: PercentUnit,
      queries: { '{{kind}}': `sum by (kind) (${rate('nodejs_gc_duration_seconds_sum')})` },
    },
    {
      title: 'Memory',
      unit: BytesIEC,
      queries: {
        '{{instance}} resident': `process_resident_memory_bytes{${OF_INSTANCES}}`,
        '{{instance}} heap': `nodejs_heap_size_used_bytes{${OF_INSTANCES}}`,
        '{{instance}} outside the heap': `nodejs_external_memory_bytes{${OF_INSTANCES}}`,
      },
    },
    { title: 'Open files', unit: Short, queries: { '{{instance}}': `process_open_fds{${OF_INSTANCES}}` } },
    {
      title: 'Instances by version',
      unit: Short,
      queries: {
        '{{version}}, Node.js {{node}}': `count by (version, node) (setlist_build_info{${OF_JOB}})`,
      },
    },
  ],
  Database: [
    {
      title: 'Database',
      description: '1: it responded to the scrape. Circuits: 1 if requests fail at once.',
      unit: Short,
      queries: {
        '{{instance}} up': `setlist_database_up{${OF_INSTANCES}}`,
        '{{instance}} {{pool}} circuit open': `setlist_database_circuit_open{${OF_INSTANCES}}`,
      },
    },
    {
      title: 'Connections of pools',
      unit: Short,
      queries: {
        '{{pool}} in use': `sum by (pool) (setlist_database_connections{${OF_INSTANCES}} - setlist_database_connections_idle{${OF_INSTANCES}})`,
        '{{pool}} maximum': `sum by (pool) (setlist_database_connections_max{${OF_INSTANCES}})`,
      },
    },
    {
      title: 'Waiting',
      unit: Short,
      queries: {
        'statements, {{pool}}': `sum by (pool) (setlist_database_waiting_statements{${OF_INSTANCES}})`,
        calls: `sum(setlist_batch_queued_calls{${OF_INSTANCES}})`,
      },
    },
    {
      title: 'Statements',
      unit: OpsPerSecond,
      queries: { '{{batch}}': `topk(10, sum by (batch) (${rate('setlist_batches_total')}))` },
    },
    {
      title: 'Calls per statement',
      description: 'The average size of a batch. Calls that share the item of an equal call do not count.',
      unit: Short,
      queries: {
        '{{batch}}': `sum by (batch) (${rate('setlist_batch_items_total')}) / (sum by (batch) (${rate('setlist_batches_total')}) > 0)`,
      },
    },
    {
      title: 'Statements in flight',
      unit: Short,
      queries: { '{{instance}}': `sum by (instance) (setlist_batches_in_flight{${OF_INSTANCES}})` },
    },
  ],
  'Events and jobs': [
    {
      title: 'Events',
      unit: EventsPerSecond,
      queries: { events: `max(${rate('setlist_events_total', OF_JOB)})` },
    },
    {
      title: 'Age of the outbox',
      unit: Seconds,
      queries: { oldest: `max(setlist_event_outbox_age_seconds{${OF_JOB}})` },
    },
    {
      title: 'Waiting events',
      unit: Short,
      queries: {
        outbox: `max(setlist_event_outbox_rows{${OF_JOB}})`,
        '{{consumer}}': `setlist:event_consumer:lag{${OF_JOB}}`,
      },
    },
    {
      title: 'Streams',
      unit: Short,
      queries: {
        '{{instance}}': `setlist_event_streams{${OF_INSTANCES}}`,
        '{{instance}} too slow, in total': `setlist_event_streams_evicted_total{${OF_INSTANCES}}`,
      },
    },
    {
      title: 'Waiting and dead jobs',
      unit: Short,
      queries: { '{{queue}}': `max by (queue) (setlist_queue_waiting_jobs{${OF_JOB}})` },
    },
  ],
};

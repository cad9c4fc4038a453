import { existsSync, readdirSync } from 'node:fs';
import { constants, PerformanceObserver, performance } from 'node:perf_hooks';
import { Histogram } from 'prom-client';
import type { Metrics, Sample } from './metrics.ts';

/** In seconds. */
const GC_BUCKETS = [0.001, 0.01, 0.1, 1];

const GC_KINDS = new Map<unknown, string>([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak_callbacks'],
]);

/** Where Linux lists the open files of this process. */
const OPEN_FILES = '/proc/self/fd';

/**
 * Adds the metrics of the process, under the names that all clients of Prometheus use.
 *
 * The event loop has its active and idle time, not its delay: the delay of an idle process is the resolution of its timer, 10 ms.
 *
 * @returns A function that stops the observation of garbage collections.
 */
export function addProcessMetrics(metrics: Metrics): () => void {
  metrics.counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time of the process, user and system.',
    read: () => [[{}, cpuSeconds()]],
  });
  metrics.gauge({
    name: 'process_start_time_seconds',
    help: 'The start of the process, in seconds since 1970.',
    read: () => [[{}, performance.timeOrigin / 1000]],
  });
  metrics.gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the process.',
    read: () => [[{}, process.memoryUsage.rss()]],
  });
  metrics.gauge({
    name: 'process_open_fds',
    help: 'Open files and sockets of the process; only on Linux.',
    read: openFiles,
  });
  metrics.gauge({
    name: 'nodejs_heap_size_total_bytes',
    help: 'Memory that V8 has allocated for its heap.',
    read: () => [[{}, process.memoryUsage().heapTotal]],
  });
  metrics.gauge({
    name: 'nodejs_heap_size_used_bytes',
    help: 'Memory of the heap that is in use.',
    read: () => [[{}, process.memoryUsage().heapUsed]],
  });
  metrics.gauge({
    name: 'nodejs_external_memory_bytes',
    help: 'Memory outside the heap, such as buffers.',
    read: () => [[{}, process.memoryUsage().external]],
  });
  metrics.counter({
    name: 'nodejs_eventloop_active_seconds_total',
    help: 'The time that the event loop was busy. Its utilization is the rate of this counter.',
    read: () => [[{}, performance.eventLoopUtilization().active / 1000]],
  });
  metrics.counter({
    name: 'nodejs_eventloop_idle_seconds_total',
    help: 'The time that the event loop waited.',
    read: () => [[{}, performance.eventLoopUtilization().idle / 1000]],
  });
  return observeGarbageCollections(metrics);
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Without the one that the listing itself opens. */
const openFiles = (): Sample[] => (existsSync(OPEN_FILES) ? [[{}, readdirSync(OPEN_FILES).length - 1]] : []);

function observeGarbageCollections({ registry }: Metrics): () => void {
  const durations = new Histogram({
    name: 'nodejs_gc_duration_seconds',
    help: 'The time of garbage collections.',
    labelNames: ['kind'],
    buckets: GC_BUCKETS,
    registers: [registry],
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) durations.observe({ kind: kindOf(entry) }, entry.duration / 1000);
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

/** The types of Node.js do not have the detail of an entry in all versions. */
function kindOf(entry: object): string {
  const detail = 'detail' in entry ? entry.detail : undefined;
  const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : undefined;
  return GC_KINDS.get(kind) ?? 'other';
}

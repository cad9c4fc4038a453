import { median } from 'simple-statistics';
import { groupBy } from '../lib/statistics.ts';
import type { Measurement } from './measurement.ts';
import type { Target } from './scenarios.ts';

/** The medians over the rounds for one target and number of connections. */
export interface Summary extends Target {
  connections: number;
  /** The number of rounds without problems. */
  rounds: number;
  requestsPerSecond: number;
  /** In milliseconds. */
  p50Ms: number;
  p99Ms: number;
  /** Processor time in microseconds per request. */
  serverMicros: number;
  postgresMicros: number | undefined;
  requestsPerBatch: number | undefined;
}

/** Summarises the measurements without problems. */
export function summarize(measurements: readonly Measurement[]): Summary[] {
  const valid = measurements.filter(({ problems }) => problems.length === 0);
  const groups = groupBy(valid, ({ scenario, mode, connections }) => `${scenario} ${mode} ${connections}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { scenario, mode, connections } = first;
    const middle = (of: (measurement: Measurement) => number | undefined) => medianOf(group.map(of));
    return {
      scenario,
      mode,
      connections,
      rounds: group.length,
      requestsPerSecond: median(group.map(({ requestsPerSecond }) => requestsPerSecond)),
      p50Ms: median(group.map(({ p50Ms }) => p50Ms)),
      p99Ms: median(group.map(({ p99Ms }) => p99Ms)),
      serverMicros: median(group.map(({ serverMicros }) => serverMicros)),
      postgresMicros: middle(({ postgresMicros }) => postgresMicros),
      requestsPerBatch: middle(({ requestsPerBatch }) => requestsPerBatch),
    };
  });
}

/** The median of the defined values; undefined if there are none. */
export function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const there = values.filter((value) => value !== undefined);
  return there.length === 0 ? undefined : median(there);
}

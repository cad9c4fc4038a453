import type { LoadResult } from './load.ts';

/** wrk's units of time, in microseconds. */
const MICROSECONDS: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 };

/**
 * Parses the output of `wrk --latency`.
 *
 * @throws {Error} if a figure is missing.
 */
export function parseWrkOutput(output: string): LoadResult {
  const total = /^\s*(\d+) requests in ([\d.]+)([a-z]+),/m.exec(output);
  if (!total) throw new Error(`The output of wrk has no number of requests:\n${output}`);
  const [, requests = '', amount = '', unit = ''] = total;
  return {
    requests: Number(requests),
    seconds: milliseconds(amount, unit) / 1000,
    p50Ms: percentile(output, 50),
    p99Ms: percentile(output, 99),
    problems: problemsIn(output),
  };
}

function percentile(output: string, percent: number): number {
  const line = new RegExp(`^\\s*${percent}%\\s+([\\d.]+)([a-z]+)\\s*$`, 'm').exec(output);
  if (!line) throw new Error(`The output of wrk has no latency at ${percent} %:\n${output}`);
  const [, amount = '', unit = ''] = line;
  return milliseconds(amount, unit);
}

function milliseconds(amount: string, unit: string): number {
  const factor = MICROSECONDS[unit];
  if (factor === undefined) throw new Error(`The output of wrk has the unknown unit "${unit}".`);
  return (Number(amount) * factor) / 1000;
}

function problemsIn(output: string): string[] {
  const statuses = /^\s*Non-2xx or 3xx responses: (\d+)/m.exec(output);
  const sockets = /^\s*Socket errors: (.*)$/m.exec(output);
  return [
    ...(statuses ? [`${statuses[1]} responses were not 2xx`] : []),
    ...(sockets ? [`socket errors: ${sockets[1]?.trim()}`] : []),
  ];
}

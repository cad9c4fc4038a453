// What the drills measure and print.
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Prints a measurement; the exit code is 1 if one is not as required. */
export function report(name: string, value: string, isOk = true): void {
  if (!isOk) process.exitCode = 1;
  console.log(`${isOk ? ' ' : '✗'} ${name.padEnd(46)} ${value}`);
}

/** The smallest of the values that is at least as large as this part of them; 0 without values. */
export const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0;

/** The resident memory of a process, now or at most so far, in MiB. */
export const memoryOf = (pid: number, time: 'now' | 'peak'): number => {
  const field = time === 'now' ? 'VmRSS' : 'VmHWM';
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
};

/** Sends `GET /health` 50 times per second until it is stopped, and returns the 99th percentile in milliseconds. */
export function watchHealth(base: string): () => Promise<string> {
  const times: number[] = [];
  let isStopped = false;
  const loop = (async () => {
    while (!isStopped) {
      const start = performance.now();
      const response = await fetch(`${base}/health`).catch(() => undefined);
      await response?.arrayBuffer();
      if (response) times.push(performance.now() - start);
      await delay(20);
    }
  })();
  return async () => {
    isStopped = true;
    await loop;
    return `p99 ${quantile(times, 0.99).toFixed(1)} ms, max ${quantile(times, 1).toFixed(1)} ms (${times.length} requests)`;
  };
}

/** Creates a task twice per second and follows its events until it is stopped; returns the time from a create to its event. */
export function watchEvents(base: string): () => Promise<string> {
  const sent = new Map<string, number>();
  const times: number[] = [];
  const stream = request(`${base}/events?resource=task`, { agent: false });
  stream.on('error', () => {}).end();
  stream.once('response', (response) => {
    response.setEncoding('utf8').on('data', (text: string) => {
      for (const [, title = ''] of text.matchAll(/"title":"(Task [^"]+)"/g)) {
        const began = sent.get(title);
        if (began !== undefined) times.push(performance.now() - began);
      }
    });
  });
  let isStopped = false;
  const loop = (async () => {
    for (let count = 0; !isStopped; count++) {
      await delay(500);
      const title = `Task ${count}`;
      sent.set(title, performance.now());
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${base}/tasks`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ title }),
      });
      await response.arrayBuffer();
    }
  })();
  return async () => {
    isStopped = true;
    await loop;
    await delay(1_000);
    stream.destroy();
    return `${times.length} of ${sent.size} tasks, the latest after ${Math.max(0, ...times).toFixed(0)} ms`;
  };
}

/** The process writes how long its event loop was late: the 99th percentile and the maximum, in milliseconds. */
const WATCHER = `
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
const RESOLUTION = 10;
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION).toFixed(1);
  setInterval(() => writeFileSync(process.env.DELAY_FILE, 'p99 ' + late(delay.percentile(99)) + ' ms, max ' + late(delay.max) + ' ms'), 200).unref();
}`;

/**
 * Lets a process watch its event loop.
 *
 * @param folder An empty folder.
 * @returns The environment of the process, and a function that reports the delay of its event loop so far.
 */
export function eventLoopWatcher(folder: string) {
  const watcher = join(folder, 'watcher.mjs');
  const file = join(folder, 'delay');
  writeFileSync(watcher, WATCHER);
  return {
    environment: { NODE_OPTIONS: `--import=${watcher}`, DELAY_FILE: file },
    report: () => report('event loop of the service, late', readFileSync(file, 'utf8')),
  };
}

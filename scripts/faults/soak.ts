// An hour without a fault: the memory of the service does not grow, and no file, timer or thread is left open.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Ledger } from './ledger.ts';
import { slope } from './report.ts';
import { compare, filesOf, memoryOf, type Setup, startService, stopService, tasksIn } from './setup.ts';
import { follow, readAll, resumeStreams, startReceiver, Traffic, transferAll } from './traffic.ts';

const DRILL = 'soak';
/** The bounds of what grows after the warm-up: resident memory in MiB per hour, the live heap in MiB, and open files. */
const MAX_SLOPE = 16;
const MAX_HEAP_GROWTH = 8;
const MAX_FILES = 8;
/** The part of the time that is not measured: caches and the heap reach their size. */
const WARM_UP = 0.25;
const SAMPLE_INTERVAL = 5_000;
const WRITERS = 8;
const STREAMS = 20;
const EXPECTED = [200, 201, 204, 304, 404, 409, 422, 503, 'no response'] as const;

/** The process writes its active resources and how late its event loop was; on SIGUSR2 also its heap after a full collection. */
const WATCHER = `
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
const RESOLUTION = 10;
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  let heap = null;
  process.on('SIGUSR2', () => {
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    heap = process.memoryUsage().heapUsed / 2 ** 20;
  });
  const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
  setInterval(() => {
    const p99 = late(delay.percentile(99));
    const max = late(delay.max);
    writeFileSync(process.env.WATCH_FILE, JSON.stringify({ p99, max, heap, resources: process.getActiveResourcesInfo() }));
  }, 1000).unref();
}`;

interface Watched {
  p99: number;
  max: number;
  heap: number | null;
  resources: string[];
}

/** Runs for the given minutes with a mix of all operations, and requires that nothing grows. */
export async function soak(setup: Setup): Promise<void> {
  const { report, folder } = setup;
  const minutes = setup.number('minutes');
  const watched = mkdtempSync(join(folder, 'watch-'));
  const watcher = join(watched, 'watcher.mjs');
  const file = join(watched, 'watched.json');
  writeFileSync(watcher, WATCHER);
  const receiver = await startReceiver();
  const service = await startService(setup, {
    DATABASE_URL: setup.postgres.url,
    WEBHOOKS: 'on',
    WEBHOOKS_ALLOW_PRIVATE: 'true',
    NODE_OPTIONS: `--import=${watcher}`,
    WATCH_FILE: file,
  });
  const read = (): Watched => JSON.parse(readFileSync(file, 'utf8'));
  const collect = async () => {
    process.kill(service.pid, 'SIGUSR2');
    await delay(3_000);
    return { heap: read().heap ?? 0, files: filesOf(service.pid), resources: read().resources.length };
  };

  const ledger = new Ledger(() => service.base);
  const traffic = new Traffic(service.base);
  await traffic.send(
    'POST',
    '/webhooks',
    { 'content-type': 'application/json' },
    JSON.stringify({ url: receiver.url, eventTypes: ['task.*'] }),
  );
  const end = performance.now() + minutes * 60_000;
  const isRunning = () => performance.now() < end;
  const events = new Set<string>();
  const streams = Array.from({ length: STREAMS }, (_, index) =>
    follow(service.base, index === 0 ? events : undefined),
  );
  await Promise.all(streams.map(({ opened }) => opened));
  const load = [
    ...Array.from({ length: WRITERS }, () =>
      ledger.write(isRunning, (WRITERS * 4_000) / setup.number('rate')),
    ),
    readAll(traffic, isRunning, (setup.number('rate') * 3) / 4, () => [...ledger.created.keys()].at(-1) ?? 1),
    transferAll(traffic, isRunning),
    resumeStreams(service.base, isRunning),
  ];

  const points: [number, number][] = [];
  await delay(minutes * 60_000 * WARM_UP);
  const before = await collect();
  const began = performance.now();
  while (isRunning()) {
    points.push([(performance.now() - began) / 3_600_000, memoryOf(service.pid)]);
    await delay(Math.min(SAMPLE_INTERVAL, Math.max(0, end - performance.now())));
  }
  const duringLoad = read();
  await Promise.all(load);
  await delay(5_000);
  const after = await collect();

  const changes = ledger.acknowledged;
  const memory = points.map(([, value]) => value);
  const rate = slope(points);
  const range = `${Math.round(Math.min(...memory))} to ${Math.round(Math.max(...memory))} MiB`;
  report.measured(DRILL, 'duration, without the warm-up', `${(minutes * (1 - WARM_UP)).toFixed(1)} minutes`);
  compare(setup, DRILL, ledger, await tasksIn(setup.postgres.url));
  report.measured(DRILL, 'statuses of the rest', traffic.statuses, traffic.statuses.areAmong(EXPECTED));
  report.measured(DRILL, 'events of a stream', `${events.size} of ${changes}`, events.size === changes);
  report.measured(
    DRILL,
    'webhook deliveries',
    `${receiver.ids.size} of ${changes}`,
    receiver.ids.size === changes,
  );
  report.measured(DRILL, 'resident memory', range);
  report.measured(
    DRILL,
    `its slope, at most ${MAX_SLOPE} MiB/h`,
    `${rate.toFixed(1)} MiB/h`,
    rate <= MAX_SLOPE,
  );
  report.measured(
    DRILL,
    `live heap, growth at most ${MAX_HEAP_GROWTH} MiB`,
    `${before.heap.toFixed(1)} → ${after.heap.toFixed(1)} MiB`,
    after.heap - before.heap <= MAX_HEAP_GROWTH,
  );
  report.measured(
    DRILL,
    `open files, growth at most ${MAX_FILES}`,
    `${before.files} → ${after.files}`,
    after.files <= before.files + MAX_FILES,
  );
  report.measured(
    DRILL,
    `active handles, growth at most ${MAX_FILES}`,
    `${before.resources} → ${after.resources}`,
    after.resources <= before.resources + MAX_FILES,
  );
  report.measured(
    DRILL,
    'event loop, late: p99, longest',
    `${duringLoad.p99.toFixed(1)} ms, ${duringLoad.max.toFixed(1)} ms`,
  );
  for (const { close } of streams) close();
  traffic.close();
  await stopService(setup, DRILL, service);
  receiver.stop();
}

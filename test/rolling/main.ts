// Restarts three instances behind a load balancer in turn, under load. No request may fail, and no write may be lost or have its effect
// twice. Usage: npm run test:rolling -- [RESTARTS] [haproxy|nginx], by default 5 restarts behind HAProxy.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type ServerProcess, setlist, startServer } from '../../scripts/server-process.ts';
import { startThrowawayPostgres } from '../../scripts/throwaway-postgres.mjs';
import { BALANCERS, type Balancer, freePorts, ready } from './balancer.ts';
import { Load } from './load.ts';

const INSTANCES = 3;
/** Of the measured capacity. */
const UTILIZATION = 0.8;
/** As in the image. */
const DRAIN_SECONDS = 5;
/** The time until a balancer uses an instance again, in milliseconds. */
const CHECKED = 2_000;

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort());

/** An instance that can be restarted on the same port. */
class Instance {
  readonly port: number;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #folder: string;
  #server: ServerProcess | undefined;

  constructor(port: number, environment: Readonly<Record<string, string>>, folder: string) {
    this.port = port;
    this.#environment = { ...environment, PORT: String(port) };
    this.#folder = folder;
  }

  async start(): Promise<void> {
    this.#server = await startServer(setlist, this.#environment, this.#folder, interruption.signal);
    await ready(this.#server.base);
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }
}

async function main(
  restarts: number,
  startBalancer: (ports: readonly number[]) => Promise<Balancer>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'setlist-rolling-'));
  const postgres = await startThrowawayPostgres();
  let instances: Instance[] = [];
  let balancer: Balancer | undefined;
  try {
    const ports = await freePorts(INSTANCES);
    instances = await Promise.all(ports.map((port) => newInstance(port, postgres.url, folder)));
    for (const instance of instances) await instance.start();
    balancer = await startBalancer(ports);
    await delay(CHECKED);
    const load = await restartUnderLoad(balancer, instances, restarts);
    report(load, await writtenTwiceOrLost(postgres.url, load.outcome.created));
  } finally {
    await balancer?.stop();
    await Promise.all(instances.map((instance) => instance.stop()));
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function newInstance(port: number, url: string, folder: string): Promise<Instance> {
  const environment = {
    DATABASE_URL: url,
    MAX_TASKS: '0',
    DRAIN_SECONDS: String(DRAIN_SECONDS),
  };
  return new Instance(port, environment, await mkdtemp(join(folder, 'instance-')));
}

async function restartUnderLoad(
  balancer: Balancer,
  instances: readonly Instance[],
  restarts: number,
): Promise<Load> {
  const load = new Load(balancer.base);
  await load.prepare();
  await load.measureCapacity(64, 3_000);
  const capacity = await load.measureCapacity(64, 5_000);
  const rate = capacity * UTILIZATION;
  console.log(`Capacity: ${Math.round(capacity)} requests/s; load: ${Math.round(rate)} requests/s`);
  const before = load.outcome.succeeded;
  const start = performance.now();
  const stop = new AbortController();
  const loading = load.run(rate, stop.signal);
  for (let count = 0; count < restarts && !interruption.signal.aborted; count++) {
    const instance = instances[count % instances.length];
    if (!instance) break;
    const ports = instances.map(({ port }) => port);
    await balancer.use?.(ports.filter((port) => port !== instance.port));
    await instance.stop();
    await instance.start();
    await balancer.use?.(ports);
    await delay(CHECKED);
    console.log(`${count + 1} restarts, ${load.outcome.failures.length} failed requests`);
  }
  stop.abort();
  await loading;
  load.stop();
  const seconds = (performance.now() - start) / 1000;
  const sent = load.outcome.succeeded - before;
  console.log(
    `${sent} requests in ${Math.round(seconds)} s, ${Math.round(sent / seconds)} per second; the slowest took ${Math.round(load.outcome.slowest)} ms`,
  );
  return load;
}

/** The titles of the created tasks that are in the database twice, or not. */
async function writtenTwiceOrLost(
  connectionString: string,
  created: readonly string[],
): Promise<{ twice: number; lost: number }> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ title: string; count: number }>(
    "SELECT title, count(*)::int AS count FROM tasks WHERE title LIKE 'rolling %' GROUP BY title",
  );
  await client.end();
  const counts = new Map(rows.map(({ title, count }) => [title, count]));
  return {
    twice: rows.filter(({ count }) => count > 1).length,
    lost: created.filter((title) => !counts.has(title)).length,
  };
}

function report({ outcome }: Load, { twice, lost }: { twice: number; lost: number }): void {
  const { failures, created } = outcome;
  console.log(`Failed requests: ${failures.length}`);
  for (const failure of failures.slice(0, 20)) console.error(`  ${failure}`);
  console.log(`Creates: ${created.length} acknowledged, ${twice} with two tasks, ${lost} lost`);
  const isFailed = failures.length + twice + lost > 0 || interruption.signal.aborted;
  console.log(isFailed ? '# 0 passed, 1 failed' : '# 1 passed, 0 failed');
  if (isFailed) process.exitCode = 1;
}

const [restarts = '5', name = 'haproxy'] = process.argv.slice(2);
const start = Object.entries(BALANCERS).find(([balancer]) => balancer === name)?.[1];
if (!/^[1-9][0-9]{0,5}$/.test(restarts) || !start) {
  console.error('Usage: npm run test:rolling -- [RESTARTS] [haproxy|nginx]');
  process.exitCode = 1;
} else {
  await main(Number(restarts), start);
}

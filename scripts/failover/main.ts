// A highly available PostgreSQL behind the service: three nodes with etcd, Patroni and HAProxy, with the configurations of
// ops/patroni/. Causes failures of nodes while clients create and read tasks, and compares all acknowledged ones with the
// database of each node afterwards:
//   npm run test:failover -- --rounds 2
// --only names one fault. --asynchronous shows what a cluster without a quorum loses, and fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ServerProcess, setlist, startServer } from '../server-process.ts';
import { DatabaseCluster } from './cluster.ts';
import { Load, type Observation } from './load.ts';
import type { ClusterNode } from './node.ts';

/** The maximum duration of 95 % of the 503s, in milliseconds, once the failure was noticed. */
const FAST = 100;
const QUANTILES = [0.5, 0.95, 1];
/** The statuses of a service without a primary. */
const DECLARED = new Set<unknown>([200, 201, 503]);
/** The time before the first fault, in milliseconds: code that runs for the first time is slow. */
const WARM_UP = 5_000;
/** The time before a fault, before a repair and after it, in milliseconds. */
const PAUSE = 1_000;
/** The time that a standby is frozen: longer than `wal_sender_timeout`. */
const FREEZE = 8_000;
/** The time without replication before the primary fails: shorter than `wal_receiver_timeout`. */
const CUT = 2_000;
const WRITE_DEADLINE = 60_000;
const REPLAY_DEADLINE = 10_000;

interface Fault {
  /** The maximum time without a success, in milliseconds. */
  bound: number;
  /** Returns the repair. */
  cause(round: number): Promise<() => unknown>;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    only: { type: 'string' },
    asynchronous: { type: 'boolean', default: false },
  },
});

const faults: Readonly<Record<string, Fault>> = {
  switchover: {
    bound: 5_000,
    cause: async () => {
      await cluster.switchover();
      return () => {};
    },
  },
  'kill -9 of the primary': {
    bound: 5_000,
    cause: async () => {
      (await cluster.primary()).killPostgres();
      await load.untilWrite(WRITE_DEADLINE);
      return () => {};
    },
  },
  'loss of the node of the primary': {
    bound: 30_000,
    cause: async () => {
      const node = await cluster.primary();
      await node.kill();
      await load.untilWrite(WRITE_DEADLINE);
      return () => node.start(cluster.nodes);
    },
  },
  // Without a quorum, the primary acknowledges writes that no other node has.
  'the same, without replication before': {
    bound: 30_000,
    cause: async () => {
      const node = await cluster.primary();
      node.stopReplication();
      await delay(CUT);
      await node.kill();
      await load.untilWrite(WRITE_DEADLINE);
      return () => node.start(cluster.nodes);
    },
  },
  'freeze of the node of the primary': {
    bound: 30_000,
    cause: async () => {
      const node = await cluster.primary();
      node.freeze();
      await load.untilWrite(WRITE_DEADLINE);
      return () => node.thaw();
    },
  },
  'freeze of the node of a standby': {
    bound: 1_000,
    cause: async (round) => {
      const standbys = await cluster.standbys();
      const node = standbys[round % standbys.length];
      node?.freeze();
      await delay(FREEZE);
      return () => node?.thaw();
    },
  },
};

const HEADER = [
  'fault',
  'responses',
  'longest time without a success',
  '503s',
  'those sent after the first one',
  '/health',
];

const chosen = Object.entries(faults).filter(([name]) => values.only === undefined || values.only === name);
if (chosen.length === 0) throw new Error(`--only must be one of ${Object.keys(faults).join(', ')}`);

const flaws: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'setlist-failover-'));
const cluster = await DatabaseCluster.create(folder);
let service: ServerProcess | undefined;
let load: Load;
const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(name, () => {
    interruption.abort();
    void stop().finally(() => process.exit(1));
  });
try {
  await cluster.start();
  if (values.asynchronous) await cluster.makeAsynchronous();
  const environment = { DATABASE_URL: cluster.url, MAX_TASKS: '0', WEBHOOKS: 'off' };
  service = await startServer(setlist, environment, folder, interruption.signal);
  load = new Load(service.base);
  await delay(WARM_UP);
  console.log('Durations of responses are p50, p95 and the maximum.\n');
  console.log(`| ${HEADER.join(' | ')} |\n|${'---|'.repeat(HEADER.length)}`);
  for (const [name, fault] of chosen)
    for (let round = 1; round <= Number(values.rounds); round++)
      await suffer(`${name}, ${round}`, fault, round);
  await load.stop();
  console.log('');
  for (const node of cluster.nodes) await compare(node);
} finally {
  await stop();
}
for (const flaw of flaws) console.log(`not ok - ${flaw}`);
console.log(`# ${flaws.length === 0 ? 'all bounds were met' : `${flaws.length} failures`}`);
process.exitCode = flaws.length === 0 ? 0 : 1;

/** Causes a fault while clients write and read, repairs it, and prints a line. */
async function suffer(name: string, fault: Fault, round: number): Promise<void> {
  const seen = load.observe();
  await delay(PAUSE);
  const repair = await fault.cause(round);
  await delay(PAUSE);
  await repair();
  await cluster.untilComplete(values.asynchronous ? 'replica' : undefined);
  await delay(PAUSE);
  seen.end(performance.now());
  const statuses = [...seen.statuses].toSorted(([a], [b]) => String(a).localeCompare(String(b)));
  const shown = statuses.map(([status, times]) => `${times} × ${status}`).join(', ');
  const outage = `${(seen.longestOutage / 1000).toFixed(1)} s`;
  const durations = [seen.durations, seen.laterDurations, seen.controls].map(shownQuantiles);
  console.log(`| ${[name, shown, outage, ...durations].join(' | ')} |`);
  check(name, fault, seen);
}

function check(name: string, { bound }: Fault, seen: Observation): void {
  for (const status of seen.statuses.keys())
    if (!DECLARED.has(status)) flaws.push(`${name}: a response was ${status}`);
  if (seen.longestOutage > bound)
    flaws.push(`${name}: no success for ${Math.round(seen.longestOutage)} ms, of at most ${bound}`);
  const [, p95 = 0] = quantiles(seen.laterDurations);
  if (p95 > FAST) flaws.push(`${name}: 5 % of the 503s took ${Math.round(p95)} ms, of at most ${FAST}`);
}

function quantiles(durations: readonly number[]): number[] {
  const sorted = durations.toSorted((a, b) => a - b);
  return QUANTILES.map((part) => sorted[Math.ceil(part * sorted.length) - 1] ?? 0);
}

function shownQuantiles(durations: readonly number[]): string {
  return durations.length === 0 ? '–' : `${quantiles(durations).map(Math.round).join(', ')} ms`;
}

async function stop(): Promise<void> {
  await service?.stop();
  service = undefined;
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Compares the acknowledged tasks with the table of a node, when it has replayed all of them. */
async function compare(node: ClusterNode, deadline = Date.now() + REPLAY_DEADLINE): Promise<void> {
  const rows = await cluster.queryNode<{ id: number; title: string }>(node, 'SELECT id, title FROM tasks');
  const ids = new Map(rows.map(({ id, title }) => [title, id]));
  const lost = [...load.created].filter(([title, id]) => ids.get(title) !== id).length;
  const twice = rows.length - ids.size;
  if (lost > 0 && Date.now() < deadline) {
    await delay(PAUSE);
    return compare(node, deadline);
  }
  const outcome = `${node.name}: of ${load.created.size} acknowledged creates, ${lost} are lost, ${twice} exist twice`;
  console.log(outcome);
  if (lost + twice > 0) flaws.push(outcome);
}

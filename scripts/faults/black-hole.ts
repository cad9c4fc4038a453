// The network path to the database swallows all packets, without an error, while clients write.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../drills/measurements.ts';
import { Ledger } from './ledger.ts';
import { Statuses } from './report.ts';
import { compare, filesOf, type Setup, startService, stopService, tasksIn, timed } from './setup.ts';
import { follow } from './traffic.ts';

const DRILL = 'black hole';
const WRITERS = 16;
/** Longer than the deadline of requests, 5 s, and than the patience with a connection, 6 s; in milliseconds. */
const HOLE = 8_000;
/** The maximum time until the response of a request: its deadline and a second. */
const MAX_RESPONSE = 6_000;
/** The maximum time until a read succeeds after the hole: a statement may have been sent on a connection without an end. */
const MAX_RECOVERY = 8_000;
/** The maximum time until the process has exited after SIGTERM. */
const MAX_STOP = 11_000;
/** Connections of pools that are open at the end but were not at the start. */
const MAX_FILES = 16;

/** What a hole swallows, and what becomes of its connections at its end. */
const HOLES = [
  { swallows: 'all packets', lasts: HOLE, end: 'resume' },
  { swallows: 'all packets', lasts: HOLE, end: 'drop' },
  { swallows: 'all packets', lasts: HOLE, end: 'abandon' },
  { swallows: 'responses', lasts: HOLE, end: 'resume' },
  { swallows: 'responses', lasts: HOLE, end: 'drop' },
  { swallows: 'responses', lasts: HOLE, end: 'abandon' },
  // A firewall that forgets all connections.
  { swallows: 'all packets', lasts: 0, end: 'abandon' },
] as const;
type Hole = (typeof HOLES)[number];

/** A proxy in front of a server that can stop forwarding; it accepts connections all the time. */
class Path {
  readonly #server = createServer((socket) => this.#accept(socket));
  readonly #target: number;
  #pairs = new Set<readonly [client: Socket, server: Socket]>();
  #hole: Hole | undefined;

  constructor(target: number) {
    this.#target = target;
  }

  async listen(): Promise<number> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Swallows packets from now on. */
  open(hole: Hole): void {
    this.#hole = hole;
    for (const pair of this.#pairs) this.#stop(pair, hole);
  }

  /**
   * Forwards the packets of new connections again. Those of the old ones arrive late (`resume`), the connections break (`drop`), or
   * they stay open and silent, like those that a firewall has forgotten (`abandon`).
   */
  close(): void {
    const end = this.#hole?.end;
    this.#hole = undefined;
    for (const pair of this.#pairs) {
      if (end === 'resume') this.#forward(pair);
      else if (end === 'drop') for (const socket of pair) socket.destroy();
    }
    if (end === 'abandon') this.#pairs = new Set();
  }

  shut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    this.#server.close();
  }

  #accept(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    for (const socket of pair)
      socket
        .on('error', () => {})
        .on('close', () => {
          for (const other of pair) other.destroy();
          this.#pairs.delete(pair);
        });
    this.#forward(pair);
    if (this.#hole) this.#stop(pair, this.#hole);
  }

  #forward([client, server]: readonly [Socket, Socket]): void {
    client.pipe(server);
    server.pipe(client);
  }

  #stop([client, server]: readonly [Socket, Socket], { swallows }: Hole): void {
    server.unpipe(client).pause();
    if (swallows === 'all packets') client.unpipe(server).pause();
  }
}

/** Opens each kind of hole the given number of times: responses are 503 in time, and nothing is lost or exists twice. */
export async function blackHole(setup: Setup): Promise<void> {
  const { report, postgres } = setup;
  const target = new URL(postgres.url);
  const path = new Path(Number(target.port));
  target.port = String(await path.listen());
  const service = await startService(setup, { DATABASE_URL: target.href });
  const ledger = new Ledger(() => service.base);
  const events = new Set<string>();
  const stream = follow(service.base, events);
  await stream.opened;
  let isRunning = true;
  const writers = Array.from({ length: WRITERS }, () => ledger.write(() => isRunning));
  await delay(2_000);
  const before = filesOf(service.pid);
  const health: number[] = [];
  const reads = new Statuses();
  let count = 0;
  let longestRead = 0;

  for (const hole of HOLES)
    for (let round = 0; round < setup.number('holes'); round++) {
      path.open(hole);
      const end = performance.now() + hole.lasts;
      // The first half second may still have responses that were under way.
      await delay(Math.min(hole.lasts, 500));
      while (performance.now() < end) {
        const [read, probe] = await Promise.all([
          timed(service.base, '/songs/1'),
          timed(service.base, '/health'),
        ]);
        reads.add(read.status);
        longestRead = Math.max(longestRead, read.duration);
        health.push(probe.duration);
        if (probe.status !== 200) reads.add(probe.status);
        await delay(50);
      }
      path.close();
      const closed = performance.now();
      while ((await timed(service.base, '/songs/1')).status !== 200) await delay(20);
      const recovery = performance.now() - closed;
      const name = `${hole.swallows} for ${hole.lasts / 1000} s, then ${hole.end}`;
      report.measured(
        DRILL,
        `${name}: first success after`,
        `${(recovery / 1000).toFixed(2)} s`,
        recovery <= MAX_RECOVERY,
      );
      count++;
      await delay(2_000);
    }
  isRunning = false;
  await Promise.all(writers);

  const longest = Math.max(ledger.longestRequest, longestRead);
  report.measured(DRILL, 'holes', count);
  compare(setup, DRILL, ledger, await tasksIn(postgres.url));
  report.measured(DRILL, 'statuses of reads during the holes', reads, reads.areAmong([503]));
  report.measured(DRILL, 'longest request', `${(longest / 1000).toFixed(2)} s`, longest <= MAX_RESPONSE);
  report.measured(DRILL, '/health during the holes: p99', `${quantile(health, 0.99).toFixed(1)} ms`);
  const patience = performance.now() + 10_000;
  while (events.size < ledger.acknowledged && performance.now() < patience) await delay(50);
  report.measured(
    DRILL,
    'events of a stream that was open all the time',
    `${events.size} of ${ledger.acknowledged}`,
    events.size === ledger.acknowledged,
  );
  const after = filesOf(service.pid);
  report.measured(
    DRILL,
    `open files, growth at most ${MAX_FILES}`,
    `${before} → ${after}`,
    after <= before + MAX_FILES,
  );
  stream.close();

  path.open(HOLES[0]);
  const began = performance.now();
  await stopService(setup, `${DRILL}, during another one`, service);
  const seconds = performance.now() - began;
  report.measured(
    DRILL,
    'time to exit during a hole',
    `${(seconds / 1000).toFixed(1)} s`,
    seconds <= MAX_STOP,
  );
  path.shut();
}

// Follows events with many clients, of which some read nothing, and prints what it measured on a temporary PostgreSQL server:
//   npm run drill:streams -- --clients 5000 --sleeping 500 --rate 100 --seconds 150
// The sleeping clients are a Python process: their receive buffer is small, so that the kernel does not read in their place.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setlist, startServer } from '../server-process.ts';
import { startThrowawayPostgres } from '../throwaway-postgres.mjs';
import { memoryOf, quantile, report } from './measurements.ts';

const numbers = { clients: '5000', sleeping: '500', rate: '100', seconds: '150' };
const options = Object.fromEntries(
  Object.entries(numbers).map(([name, value]) => [name, { type: 'string' as const, default: value }]),
);
const given: Record<string, string | boolean | undefined> = parseArgs({ options }).values;
const [CLIENTS, SLEEPING, RATE, SECONDS] = Object.keys(numbers).map((name) => Number(given[name])) as [
  number,
  number,
  number,
  number,
];
/** The number of clients whose events are read; the bytes of the others are discarded. */
const SAMPLED = 100;

const SLEEPER = `
import socket, sys, time
host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sockets = []
for _ in range(count):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect((host, port))
    s.sendall(b"GET /events HTTP/1.1\\r\\nHost: drill\\r\\nAccept: text/event-stream\\r\\n\\r\\n")
    sockets.append(s)
print("open", flush=True)
time.sleep(86400)
`;

const folder = mkdtempSync(join(tmpdir(), 'setlist-drill-'));
const postgres = await startThrowawayPostgres();
const environment = {
  DATABASE_URL: postgres.url,
  MAX_CONNECTIONS: String(2 * CLIENTS + 1000),
  EVENTS_MAX_CLIENTS: String(CLIENTS),
  METRICS_PORT: '0',
  WEBHOOKS: 'off',
};
const server = await startServer(setlist, environment, folder, new AbortController().signal);
const { hostname, port } = new URL(server.base);
const metricsUrl =
  /Metrics on (http:[^"\s]+)/.exec(readFileSync(join(folder, 'server.log'), 'utf8'))?.[1] ?? '';
const sleeper = spawn('python3', ['-c', SLEEPER, hostname, port, String(SLEEPING)]);
sleeper.stderr.pipe(process.stderr);

try {
  await measure();
} finally {
  sleeper.kill('SIGKILL');
  await server.stop().catch(() => {});
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

/** Opens a stream; the latencies of its events are added to the list, if there is one. */
async function follow(latencies: number[] | undefined, counts: { events: number; ended: number }) {
  const socket: Socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => {}).on('close', () => counts.ended++);
  socket.write('GET /events HTTP/1.1\r\nHost: drill\r\nAccept: text/event-stream\r\n\r\n');
  await once(socket, 'data');
  if (!latencies) {
    socket.resume();
    return;
  }
  socket.setEncoding('latin1').on('data', (text) => {
    const now = performance.now();
    for (const [, sent] of String(text).matchAll(/"song":"Drill (\d+\.\d)"/g)) {
      counts.events++;
      latencies.push(now - Number(sent));
    }
  });
}

async function measure(): Promise<void> {
  const before = memoryOf(server.pid, 'now');
  const latencies: number[] = [];
  const counts = { events: 0, ended: 0 };
  await once(sleeper.stdout, 'data');
  for (let opened = 0; opened < CLIENTS - SLEEPING; opened++)
    await follow(opened < SAMPLED ? latencies : undefined, counts);
  const connected = memoryOf(server.pid, 'now');
  report('streams', String(await metric('setlist_event_streams')));

  const agent = new Agent({ keepAlive: true });
  const health: number[] = [];
  let most = connected;
  let isRunning = true;
  const watch = (async () => {
    while (isRunning) {
      const began = performance.now();
      const [response] = await once(request(`${server.base}/health`, { agent }).end(), 'response');
      response.resume();
      await once(response, 'end');
      health.push(performance.now() - began);
      most = Math.max(most, memoryOf(server.pid, 'now'));
      await delay(50);
    }
  })();
  const writes: Promise<unknown>[] = [];
  let created = 0;
  const end = performance.now() + SECONDS * 1000;
  for (let next = performance.now(); next < end; next += 1000 / RATE) {
    await delay(Math.max(0, next - performance.now()));
    const body = JSON.stringify({ song: `Drill ${performance.now().toFixed(1)}`, artist: `${created++}` });
    const headers = { 'content-type': 'application/json' };
    const sent = request(`${server.base}/songs`, { method: 'POST', agent, headers }).end(body);
    writes.push(once(sent, 'response').then(([response]) => response.resume()));
  }
  await Promise.all(writes);
  await delay(2_000);
  isRunning = false;
  await watch;
  const evicted = await metric('setlist_event_streams_evicted_total');
  const expected = created * Math.min(SAMPLED, CLIENTS - SLEEPING);
  report('events in time', `${created} in ${SECONDS} s`);
  report('received by the sampled clients', `${counts.events} of ${expected}`, counts.events === expected);
  report(
    'latency of an event: p50, p99, longest',
    [0.5, 0.99, 1].map((part) => `${Math.round(quantile(latencies, part))} ms`).join(', '),
    quantile(latencies, 0.99) <= 1000,
  );
  report(
    '/health: p50, p99',
    [0.5, 0.99].map((part) => `${quantile(health, part).toFixed(1)} ms`).join(', '),
    quantile(health, 0.99) <= 50,
  );
  report('sleeping clients that were disconnected', `${evicted} of ${SLEEPING}`, evicted === SLEEPING);
  report('readers that were disconnected', String(counts.ended), counts.ended === 0);
  report(
    'memory: without clients, connected, most',
    [before, connected, most].map((size) => `${Math.round(size)} MiB`).join(', '),
    most - before <= 200,
  );

  const stopped = performance.now();
  const exited = server.stop();
  while (counts.ended < CLIENTS - SLEEPING && performance.now() < stopped + 20_000) await delay(10);
  const ended = (performance.now() - stopped) / 1000;
  report('SIGTERM: all streams ended after', `${ended.toFixed(2)} s`, ended <= 2);
  await exited;
  const code = await server.exited;
  const seconds = ((performance.now() - stopped) / 1000).toFixed(2);
  report('SIGTERM: the process exited', `after ${seconds} s, with code ${code}`, code === 0);
}

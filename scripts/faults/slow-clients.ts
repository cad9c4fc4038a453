// Thousands of clients that send or read slowly, or not at all, beside clients that do neither.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../drills/measurements.ts';
import type { ServerProcess } from '../server-process.ts';
import { Statuses } from './report.ts';
import { filesOf, memoryOf, type Setup, startService, stopService, timed, watchMemory } from './setup.ts';
import { importTasks, watchReads } from './traffic.ts';

const DRILL = 'slow clients';
/** The clients of each kind. */
const SLOW = 200;
const IDLE = 2_000;
const SLEEPING = 100;
const SLOW_READERS = 20;
const QUICK = 5;
/** The limits of the service in milliseconds, as documented, and the setting for idle connections in seconds. */
const HEADERS = 15_000;
const BODY = 30_000;
/** Node.js notices only at a second timeout that no more bytes of a response are taken. */
const SILENCE = 60_000;
const KEEP_ALIVE_SECONDS = 20;
/** The time after which a connection that is still open is closed, and counts as failed. */
const MAX_OPEN = 90_000;
/** What a timeout may take longer: the interval of its checks, and a busy machine. */
const TOLERANCE = 6_000;
const MAX_FILES = 8;
/** In MiB: a response of 900 kB and its copy for each sleeping client, and garbage. */
const MAX_GROWTH = 256;
/** More tasks than the buffers of a sleeping client can hold. */
const TASKS = 20_000;
/** The pause between two bytes, and between two reads of a slow reader. */
const PAUSE = 1_000;
const READ_PAUSE = 100;

/** Clients that request much and read nothing; their receive buffer is small, so that the kernel does not read in their place. */
const SLEEPER = `
import socket, sys, time
port, path, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sockets = []
for _ in range(count):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(("127.0.0.1", port))
    s.sendall((f"GET {path} HTTP/1.1\\r\\nHost: drill\\r\\n\\r\\n" * 8).encode())
    sockets.append(s)
print("open", flush=True)
time.sleep(86400)
`;

/** The outcome of connections: the status of the first response of each, and the time until each was closed. */
class Outcome {
  readonly statuses = new Statuses();
  readonly durations: number[] = [];

  async follow(socket: Socket): Promise<void> {
    const opened = performance.now();
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => (text ||= String(chunk)));
    socket.on('error', () => {});
    // once() of node:events rejects after an error.
    await Promise.race([new Promise((resolve) => socket.once('close', resolve)), delay(MAX_OPEN)]);
    socket.destroy();
    this.durations.push(performance.now() - opened);
    const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];
    this.statuses.add(status === undefined ? undefined : Number(status));
  }

  /** As in `15.2 to 16.1 s`. */
  get range(): string {
    return [0, 1]
      .map((part) => (quantile(this.durations, part) / 1000).toFixed(1))
      .join(' to ')
      .concat(' s');
  }
}

/** Requires that slow clients end as documented, that others do not notice them, and that nothing of them is left. */
export async function slowClients(setup: Setup): Promise<void> {
  const { report, postgres } = setup;
  const service = await startService(setup, {
    DATABASE_URL: postgres.url,
    MAX_CONNECTIONS: '10000',
    KEEP_ALIVE_SECONDS: String(KEEP_ALIVE_SECONDS),
  });
  const port = Number(new URL(service.base).port);
  await importTasks(service.base, TASKS);
  await delay(3_000);
  const files = filesOf(service.pid);
  const memory = memoryOf(service.pid);
  const quick = watchReads(service.base, QUICK);
  const sleepers: ChildProcess[] = [];
  try {
    await delay(5_000);
    const undisturbed = quick.reset();
    const opened = performance.now();
    sleepers.push(await sleep(port, '/openapi.json', SLEEPING), await sleep(port, '/tasks/export', 2));
    const stopWatching = watchMemory(service.pid);
    await sendSlowly(setup, service.base, port);
    const most = stopWatching();
    const disturbed = quick.reset();
    const seconds = (await untilFree(service, files + MAX_FILES, opened + 3 * SILENCE)) - opened;
    report.measured(
      DRILL,
      `connections of ${SLEEPING + 2} clients that read nothing closed, an export succeeds after`,
      `${(seconds / 1_000).toFixed(0)} s`,
      seconds < 3 * SILENCE,
    );
    report.measured(
      DRILL,
      'statuses of other clients',
      disturbed.statuses,
      disturbed.statuses.areAmong([200]),
    );
    const p99 = `${undisturbed.p99} ms, ${disturbed.p99} ms`;
    report.measured(DRILL, 'p99 of other clients, before and meanwhile', p99);
    report.measured(
      DRILL,
      'memory before, most',
      `${Math.round(memory)} MiB, ${Math.round(most)} MiB`,
      most <= memory + MAX_GROWTH,
    );
  } finally {
    await quick.stop();
    for (const sleeper of sleepers) sleeper.kill('SIGKILL');
  }
  await delay((KEEP_ALIVE_SECONDS + 3) * 1_000);
  const left = filesOf(service.pid);
  report.measured(
    DRILL,
    `open files before and after, growth at most ${MAX_FILES}`,
    `${files}, ${left}`,
    left <= files + MAX_FILES,
  );
  await stopService(setup, DRILL, service);
}

/** Waits until the service has few open files and a free place for an export, and returns the time. */
async function untilFree({ base, pid }: ServerProcess, files: number, deadline: number): Promise<number> {
  while (performance.now() < deadline) {
    if (filesOf(pid) <= files && (await timed(base, '/tasks/export')).status === 200) break;
    await delay(2_000);
  }
  return performance.now();
}

/** Opens the slow connections of all kinds, and waits until they are closed. */
async function sendSlowly({ report }: Setup, base: string, port: number): Promise<void> {
  const body = `POST /tasks HTTP/1.1\r\nhost: drill\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n`;
  const [headers, bodies, idle, used, half, readers] = await Promise.all([
    trickle(port, SLOW, 'GET /health HTTP/1.1\r\n', 'x-padding: '),
    trickle(port, SLOW, body, '{"title":'),
    trickle(port, IDLE, '', ''),
    trickle(port, SLOW, 'GET /health HTTP/1.1\r\nhost: drill\r\n\r\n', ''),
    halfClose(port, SLOW, '/songs/1'),
    readSlowly(base, SLOW_READERS, '/openapi.json'),
  ]);
  // The time of a quick response is the delay of the machine, on which the service accepts thousands of connections at once.
  const late = Math.max(...half.durations);
  const ended = (
    name: string,
    { statuses, durations, range }: Outcome,
    status: number | 'no response',
    time: number,
  ) =>
    report.measured(
      DRILL,
      name,
      `${statuses}, closed after ${range}`,
      statuses.areAmong([status]) && Math.max(...durations) <= time + late + TOLERANCE,
    );
  ended('a byte of the headers per second', headers, 408, HEADERS);
  ended('a byte of the body per second', bodies, 408, BODY);
  ended('connections without a request', idle, 'no response', HEADERS);
  ended('idle connections after a request', used, 200, KEEP_ALIVE_SECONDS * 1_000);
  ended('connections whose clients close their half after the request', half, 200, 0);
  report.measured(
    DRILL,
    'complete responses to slow readers',
    `${readers} of ${SLOW_READERS}`,
    readers === SLOW_READERS,
  );
}

/** Opens connections that send the head at once, and then the rest again and again, one byte per second. */
async function trickle(port: number, count: number, head: string, rest: string): Promise<Outcome> {
  const outcome = new Outcome();
  const followed: Promise<void>[] = [];
  for (let opened = 0; opened < count; opened++) {
    const socket = connect(port, '127.0.0.1');
    followed.push(outcome.follow(socket));
    if (head !== '') socket.write(head);
    if (rest !== '') {
      let sent = 0;
      const timer = setInterval(() => socket.write(rest[sent++ % rest.length] ?? ''), PAUSE);
      socket.once('close', () => clearInterval(timer));
    }
    // The service accepts them in time: the kernel drops connections beyond the queue of a listener, without an end.
    if (opened % 50 === 49) await delay(100);
  }
  await Promise.all(followed);
  return outcome;
}

/** Opens connections that send a request and the end of their half. */
async function halfClose(port: number, count: number, path: string): Promise<Outcome> {
  const outcome = new Outcome();
  const followed = Array.from({ length: count }, () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end(`GET ${path} HTTP/1.1\r\nhost: drill\r\n\r\n`);
    return outcome.follow(socket);
  });
  await Promise.all(followed);
  return outcome;
}

/** Reads responses in small parts, with pauses, and returns how many were complete. */
async function readSlowly(base: string, count: number, path: string): Promise<number> {
  const read = async () => {
    const response = await fetch(base + path);
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString('latin1');
      await delay(READ_PAUSE);
    }
    return text.endsWith('}') || text.endsWith('}\n');
  };
  const results = await Promise.all(Array.from({ length: count }, read));
  return results.filter(Boolean).length;
}

async function sleep(port: number, path: string, count: number) {
  const process = spawn('python3', ['-c', SLEEPER, String(port), path, String(count)]);
  process.stderr.on('data', (text) => console.error(String(text)));
  await once(process.stdout, 'data');
  return process;
}

// The traffic of the drills but for the writes of the ledger: every kind of operation.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../drills/measurements.ts';
import { Statuses } from './report.ts';
import { timed } from './setup.ts';

/** The intervals of exports and imports, of streams that end and resume, and of imports in a thread, in milliseconds. */
const TRANSFER_INTERVAL = 20_000;
const RESUME_INTERVAL = 5_000;
const LARGE_IMPORT_INTERVAL = 240_000;
/** The rows of an import in the response's thread, and of one in a thread of its own. */
const SMALL_IMPORT = 200;
const LARGE_IMPORT = 20_000;

/** Sends requests, and counts their statuses. */
export class Traffic {
  readonly statuses = new Statuses();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** Sends a request, and returns its body after it was read; undefined if it was broken. */
  async send(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body = '',
  ): Promise<string | undefined> {
    try {
      const sent = request(this.#base + path, { method, headers, agent: this.#agent });
      const responded = once(sent, 'response');
      sent.end(body);
      const [response] = await responded;
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      this.statuses.add(response.statusCode);
      return text;
    } catch {
      this.statuses.add(undefined);
      return undefined;
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}

type Running = () => boolean;

/** Sends reads, lists, searches and mistakes at a rate per second, which does not depend on the responses. */
export async function readAll(
  traffic: Traffic,
  isRunning: Running,
  rate: number,
  lastTask: () => number,
): Promise<void> {
  const paths = [
    () => '/songs/1',
    () => `/tasks/${lastTask()}`,
    () => '/songs?limit=20',
    () => '/tasks?sort=-id&limit=20',
    () => `/tasks?q=${randomUUID().slice(0, 4)}&limit=5`,
    () => `/tasks/${lastTask()}`,
    () => '/songs/2',
    () => '/tasks/2147483647',
    () => '/songs?limit=many',
    () => '/health',
    () => '/ready',
    () => '/webhooks',
    () => '/jobs?limit=5',
    () => '/audit?limit=5',
    () => '/openapi.json',
  ];
  let next = performance.now();
  const sent = new Set<Promise<unknown>>();
  for (let index = 0; isRunning(); index++) {
    next += 1_000 / rate;
    await delay(Math.max(0, next - performance.now()));
    const path = paths[index % paths.length] ?? paths[0];
    const response = traffic.send('GET', path?.() ?? '/health').finally(() => sent.delete(response));
    sent.add(response);
  }
  await Promise.all(sent);
}

/** Exports and imports, most of them small; the rows of the first import exist when they are sent again. */
export async function transferAll(traffic: Traffic, isRunning: Running): Promise<void> {
  let nextLarge = performance.now();
  while (isRunning()) {
    const isLarge = performance.now() >= nextLarge;
    if (isLarge) nextLarge += LARGE_IMPORT_INTERVAL;
    const rows = Array.from(
      { length: isLarge ? LARGE_IMPORT : SMALL_IMPORT },
      (_, row) => `Soak ${row},Artist,${row % 3000}`,
    );
    const headers = { 'content-type': 'text/csv', 'idempotency-key': randomUUID() };
    await traffic.send('POST', '/songs/import', headers, ['song,artist,year', ...rows, ''].join('\n'));
    await traffic.send('GET', '/songs/export', { accept: isLarge ? 'text/csv' : 'application/x-ndjson' });
    for (let waited = 0; waited < TRANSFER_INTERVAL && isRunning(); waited += 1_000) await delay(1_000);
  }
}

/** Imports many tasks. */
export async function importTasks(base: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, row) => `Imported ${row} ${randomUUID()}`);
  const headers = { 'content-type': 'text/csv' };
  const body = ['title', ...rows, ''].join('\n');
  const response = await fetch(`${base}/tasks/import`, { method: 'POST', headers, body });
  await response.text();
}

/** Opens a stream of events again and again, and ends it; every other one without reading it. */
export async function resumeStreams(base: string, isRunning: Running): Promise<void> {
  for (let index = 0; isRunning(); index++) {
    const stream = follow(base, undefined, index % 2 === 0);
    await stream.opened;
    await delay(RESUME_INTERVAL);
    stream.close();
  }
}

export interface Stream {
  opened: Promise<unknown>;
  close(): void;
}

/** Follows the events of tasks; adds their ids to the set, if there is one. */
export function follow(base: string, ids: Set<string> | undefined, isRead = true): Stream {
  const sent = request(`${base}/events?resource=task`, { agent: false });
  sent.on('error', () => {}).end();
  const opened = once(sent, 'response').then(([response]: IncomingMessage[]) => {
    if (!response || !isRead) return;
    response.on('error', () => {});
    if (!ids) {
      response.resume();
      return;
    }
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      const messages = (rest + text).split('\n\n');
      rest = messages.pop() ?? '';
      for (const message of messages) {
        const id = /^id: (.*)\nevent: task/m.exec(message)?.[1];
        if (id) ids.add(id);
      }
    });
  });
  return { opened, close: () => sent.destroy() };
}

/** Starts a receiver of webhooks, which collects the ids of their events. */
export async function startReceiver(): Promise<{ url: string; ids: Set<unknown>; stop(): void }> {
  const ids = new Set<unknown>();
  const server = createServer((incoming, response) => {
    incoming.resume().once('end', () => {
      ids.add(incoming.headers['webhook-id']);
      response.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/hooks`, ids, stop };
}

/** Starts clients that read by id with pauses, until they are stopped. */
export function watchReads(base: string, count: number) {
  let statuses = new Statuses();
  let durations: number[] = [];
  let isRunning = true;
  const client = async () => {
    while (isRunning) {
      const { status, duration } = await timed(base, '/songs/1');
      statuses.add(status);
      durations.push(duration);
      await delay(20);
    }
  };
  const clients = Promise.all(Array.from({ length: count }, client));
  return {
    /** Returns what was measured since the last call. */
    reset: () => {
      const measured = { statuses, p99: quantile(durations, 0.99).toFixed(1) };
      statuses = new Statuses();
      durations = [];
      return measured;
    },
    stop: () => {
      isRunning = false;
      return clients;
    },
  };
}

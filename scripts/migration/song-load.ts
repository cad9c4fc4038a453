import { setTimeout as delay } from 'node:timers/promises';

/** In milliseconds: no response for this time is a failure. */
const TIMEOUT = 30_000;
/** The time between two groups of requests, in milliseconds. */
const TICK = 10;

/** What clients have seen since the last look. */
export interface Seen {
  requests: number;
  /** One sentence per failure. */
  failures: string[];
  /** The slowest response in milliseconds. */
  slowest: number;
}

/**
 * Sends requests for songs to some instances in turn, at a constant rate, however long responses take: of ten, five are reads by id, two
 * lists, two creates, one an update.
 */
export class SongLoad {
  readonly #bases: readonly string[];
  readonly #rows: number;
  #seen: Seen = { requests: 0, failures: [], slowest: 0 };
  #sent = 0;
  /** The numbers of the requests without a response. */
  readonly #open = new Set<number>();

  /** @param rows The number of songs: they have the ids from 1. */
  constructor(bases: readonly string[], rows: number) {
    this.#bases = bases;
    this.#rows = rows;
  }

  /** @param rate Requests per second. Returns after the last response. */
  async run(rate: number, signal: AbortSignal): Promise<void> {
    let last = performance.now();
    let due = 0;
    while (!signal.aborted) {
      await delay(TICK);
      const now = performance.now();
      due += ((now - last) * rate) / 1000;
      last = now;
      for (; due >= 1; due--) void this.#send(this.#sent++);
    }
    while (this.#open.size > 0) await delay(TICK);
  }

  /** What was seen since the last call, after the requests that are in flight now. */
  async take(): Promise<Seen> {
    const sent = this.#sent;
    while (Math.min(...this.#open) < sent) await delay(TICK);
    const seen = this.#seen;
    this.#seen = { requests: 0, failures: [], slowest: 0 };
    return seen;
  }

  async #send(index: number): Promise<void> {
    const base = this.#bases[index % this.#bases.length] ?? '';
    const id = 1 + Math.floor(Math.random() * this.#rows);
    const [method, path, body] = requestOf(Math.floor(index / this.#bases.length) % 10, id);
    const start = performance.now();
    this.#open.add(index);
    const failure = await fetch(base + path, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT),
    }).then(async (response) => {
      const text = await response.text();
      return response.ok ? undefined : `${response.status} ${text.slice(0, 200)}`;
    }, String);
    this.#open.delete(index);
    this.#seen.requests++;
    this.#seen.slowest = Math.max(this.#seen.slowest, performance.now() - start);
    if (failure !== undefined) this.#seen.failures.push(`${method} ${path}: ${failure}`);
  }
}

function requestOf(part: number, id: number): [method: string, path: string, body?: object] {
  if (part < 5) return ['GET', `/songs/${id}`];
  if (part < 6) return ['GET', '/songs?limit=20'];
  if (part < 7) return ['GET', '/songs?sort=-year&limit=20'];
  if (part < 9) return ['POST', '/songs', { song: `song ${id}`, artist: crypto.randomUUID(), year: 2026 }];
  return ['PATCH', `/songs/${id}`, { year: 1900 + (id % 120) }];
}

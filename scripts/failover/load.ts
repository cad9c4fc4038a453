import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const WRITERS = 8;
const READERS = 4;
const LIST_READERS = 2;
/** The pause of a client after each response, in milliseconds. */
const PAUSE = 20;
/** No response for this time counts as none, in milliseconds. */
const TIMEOUT = 30_000;

type Kind = 'write' | 'read' | 'list';
const SUCCESS: Readonly<Record<Kind, number>> = { write: 201, read: 200, list: 200 };

/** A response that is no success. Times in milliseconds. */
interface Failure {
  sentAt: number;
  receivedAt: number;
}

/** What clients see in a period of time. */
export class Observation {
  readonly statuses = new Map<number | 'no response', number>();
  readonly failures: Failure[] = [];
  /** How long requests took that need no database, in milliseconds: what the machine adds to all others. */
  readonly controls: number[] = [];
  readonly #lastSuccess: Record<Kind, number>;
  readonly #longestOutage: Record<Kind, number> = { write: 0, read: 0, list: 0 };

  constructor(now: number) {
    this.#lastSuccess = { write: now, read: now, list: now };
  }

  /** Records a response; times as of `performance.now()`. */
  record(kind: Kind, status: number | 'no response', sentAt: number, receivedAt: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status === SUCCESS[kind]) this.#endOutage(kind, receivedAt);
    else this.failures.push({ sentAt, receivedAt });
  }

  /** Counts the time since the last successes as well. */
  end(now: number): void {
    for (const kind of ['write', 'read', 'list'] as const) this.#endOutage(kind, now);
  }

  /** The longest time without a success of one kind of requests, in milliseconds. */
  get longestOutage(): number {
    return Math.max(...Object.values(this.#longestOutage));
  }

  /** How long the failures took, in milliseconds. */
  get durations(): number[] {
    return this.failures.map(durationOf);
  }

  /** The same, without the requests that were sent before a client saw the first failure. */
  get laterDurations(): number[] {
    const first = Math.min(...this.failures.map(({ receivedAt }) => receivedAt));
    return this.failures.filter(({ sentAt }) => sentAt > first).map(durationOf);
  }

  #endOutage(kind: Kind, now: number): void {
    this.#longestOutage[kind] = Math.max(this.#longestOutage[kind], now - this.#lastSuccess[kind]);
    this.#lastSuccess[kind] = now;
  }
}

const durationOf = ({ sentAt, receivedAt }: Failure): number => receivedAt - sentAt;

/** Clients that create tasks, read the last one that was acknowledged, and read lists, without an end. */
export class Load {
  /** The ids of the acknowledged tasks, by title: after a loss, ids are given again. */
  readonly created = new Map<string, number>();
  readonly #base: string;
  #lastId: number | undefined;
  readonly #clients: Promise<void>[];
  #isRunning = true;
  #observation = new Observation(performance.now());
  /** When the last successful write was sent. */
  #lastWriteSentAt = 0;

  /** @param base The URL of the service, without a path. */
  constructor(base: string) {
    this.#base = base;
    this.#clients = [
      ...Array.from({ length: WRITERS }, () => this.#write()),
      ...Array.from({ length: READERS }, () => this.#read()),
      ...Array.from({ length: LIST_READERS }, () => this.#list()),
      this.#control(),
    ];
  }

  /** Records responses in a new observation. */
  observe(): Observation {
    this.#observation = new Observation(performance.now());
    return this.#observation;
  }

  /** Waits until a write succeeds that is sent after now. */
  async untilWrite(deadline: number): Promise<void> {
    const now = performance.now();
    while (this.#lastWriteSentAt < now) {
      if (performance.now() - now > deadline) throw new Error(`No write succeeds for ${deadline} ms`);
      await delay(PAUSE);
    }
  }

  /** Waits until each client has a success. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await Promise.all(this.#clients);
  }

  /** Repeats each create until it succeeds, with its key. */
  async #write(): Promise<void> {
    while (this.#isRunning) {
      const title = randomUUID();
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': title },
        body: JSON.stringify({ title }),
      };
      let created: string | undefined;
      while (created === undefined) created = await this.#send('write', '/tasks', init);
      const { id } = JSON.parse(created);
      this.created.set(title, id);
      this.#lastId = id;
    }
  }

  /** Reads the last acknowledged task, which a standby may not have. */
  async #read(): Promise<void> {
    while (this.#isRunning) {
      if (this.#lastId === undefined) await delay(PAUSE);
      else await this.#send('read', `/tasks/${this.#lastId}`);
    }
  }

  async #list(): Promise<void> {
    while (this.#isRunning) await this.#send('list', '/tasks?limit=5');
  }

  async #control(): Promise<void> {
    while (this.#isRunning) {
      const sentAt = performance.now();
      const response = await fetch(`${this.#base}/health`).catch(() => undefined);
      await response?.text();
      this.#observation.controls.push(performance.now() - sentAt);
      await delay(PAUSE);
    }
  }

  /** Returns the body of a success. */
  async #send(kind: Kind, path: string, init: RequestInit = {}): Promise<string | undefined> {
    const sentAt = performance.now();
    const { status, text } = await fetch(this.#base + path, { ...init, signal: AbortSignal.timeout(TIMEOUT) })
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      .catch(() => ({ status: 'no response' as const, text: '' }));
    this.#observation.record(kind, status, sentAt, performance.now());
    await delay(PAUSE);
    if (status !== SUCCESS[kind]) return undefined;
    if (kind === 'write') this.#lastWriteSentAt = sentAt;
    return text;
  }
}

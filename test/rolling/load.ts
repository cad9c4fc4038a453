import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** The maximum number of requests that wait for a response. */
const MAX_OPEN = 256;
/** In milliseconds: no response for this time is a failure. */
const TIMEOUT = 30_000;
/** The time between two groups of requests of a constant rate, in milliseconds. */
const TICK = 5;

/** A request, and the statuses of its success. */
interface Call {
  method: string;
  path: string;
  json?: object;
  success: number;
}

/** What clients have seen. */
export interface Outcome {
  /** The number of responses with the expected status. */
  succeeded: number;
  /** One sentence per failure. */
  failures: string[];
  /** The titles of tasks whose creation was acknowledged. */
  created: string[];
  /** The slowest response, in milliseconds. */
  slowest: number;
}

/** Sends reads and writes of tasks: of 18 requests, 12 are reads by id, 3 lists, 2 creates, 1 an update. */
export class Load {
  readonly outcome: Outcome = { succeeded: 0, failures: [], created: [], slowest: 0 };
  readonly #base: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #ids: number[] = [];
  #open = 0;
  #sent = 0;

  /** @param base The URL of the service, without a path. */
  constructor(base: string) {
    this.#base = base;
  }

  /** Creates the tasks that are read and updated. */
  async prepare(): Promise<void> {
    for (let count = 0; count < 100; count++) await this.#create();
  }

  /** Sends the next request after each response, on some connections, and returns the number of responses per second. */
  async measureCapacity(connections: number, milliseconds: number): Promise<number> {
    const before = this.outcome.succeeded;
    const start = performance.now();
    const client = async () => {
      while (performance.now() - start < milliseconds) await this.#sendNext();
    };
    await Promise.all(Array.from({ length: connections }, client));
    return ((this.outcome.succeeded - before) / (performance.now() - start)) * 1000;
  }

  /** Sends requests at a constant rate per second, however long responses take, and waits for all responses at the end. */
  async run(rate: number, signal: AbortSignal): Promise<void> {
    let last = performance.now();
    let due = 0;
    while (!signal.aborted) {
      await delay(TICK);
      const now = performance.now();
      due += ((now - last) * rate) / 1000;
      last = now;
      for (; due >= 1; due--) if (this.#open < MAX_OPEN) void this.#sendNext();
    }
    while (this.#open > 0) await delay(TICK);
  }

  /** Closes the connections. */
  stop(): void {
    this.#agent.destroy();
  }

  #sendNext(): Promise<void> {
    const part = this.#sent++ % 18;
    const id = this.#ids[Math.floor(Math.random() * this.#ids.length)];
    if (part < 12) return this.#send({ method: 'GET', path: `/tasks/${id}`, success: 200 });
    if (part < 15) return this.#send({ method: 'GET', path: '/tasks?limit=20', success: 200 });
    if (part < 17) return this.#create();
    return this.#send({
      method: 'PATCH',
      path: `/tasks/${id}`,
      json: { description: `${this.#sent}` },
      success: 200,
    });
  }

  async #create(): Promise<void> {
    const title = `rolling ${crypto.randomUUID()}`;
    await this.#send({ method: 'POST', path: '/tasks', json: { title }, success: 201 }, (body) => {
      this.outcome.created.push(title);
      const { id } = JSON.parse(body);
      if (this.#ids.length < 1_000) this.#ids.push(id);
    });
  }

  async #send(call: Call, onSuccess?: (body: string) => void): Promise<void> {
    const { outcome } = this;
    const start = performance.now();
    this.#open++;
    try {
      const { status, body } = await this.#exchange(call);
      if (status === call.success) {
        outcome.succeeded++;
        onSuccess?.(body);
      } else {
        outcome.failures.push(`${call.method} ${call.path}: ${status} ${body.slice(0, 200)}`);
      }
    } catch (error) {
      outcome.failures.push(`${call.method} ${call.path}: ${error}`);
    }
    this.#open--;
    outcome.slowest = Math.max(outcome.slowest, performance.now() - start);
  }

  #exchange({ method, path, json }: Call): Promise<{ status: number | undefined; body: string }> {
    const payload = json && JSON.stringify(json);
    const headers = payload
      ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }
      : {};
    return new Promise((resolve, reject) => {
      const sent = request(
        this.#base + path,
        { method, headers, agent: this.#agent, timeout: TIMEOUT },
        (response) => {
          let body = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            body += chunk;
          });
          response.on('error', reject);
          response.on('end', () => resolve({ status: response.statusCode, body }));
        },
      );
      sent.on('timeout', () => sent.destroy(new Error('No response in time')));
      sent.on('error', reject);
      sent.end(payload);
    });
  }
}

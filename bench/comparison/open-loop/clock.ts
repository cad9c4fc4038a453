import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

const STOPPED = 0;
const PENDING = 1;

/** Calls a function about four times per millisecond, unless the event loop is blocked. */
export class Clock {
  readonly #state = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  readonly #thread: Worker;

  constructor(tick: () => void, onError: (error: Error) => void) {
    this.#thread = new Worker(join(import.meta.dirname, 'clock-thread.js'), {
      workerData: { state: this.#state, stopped: STOPPED, pending: PENDING },
    });
    this.#thread.on('message', () => {
      Atomics.store(this.#state, PENDING, 0);
      tick();
    });
    this.#thread.on('error', onError);
  }

  async stop(): Promise<void> {
    Atomics.store(this.#state, STOPPED, 1);
    Atomics.notify(this.#state, STOPPED);
    await this.#thread.terminate();
  }
}

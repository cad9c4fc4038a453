import type { Dispatcher } from 'undici';
import type { ReadyRequest } from '../scenario-requests.ts';
import { CHECKED_ONE_IN } from './open-load.ts';
import type { Recorder } from './recorder.ts';

let exchanges = 0;

/** A request and its response: a handler for undici. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #of: string;
  readonly #expected: Pick<ReadyRequest, 'status' | 'check'>;
  readonly #due: number;
  readonly #recorder: Recorder;
  readonly #chunks: Buffer[] | undefined;
  #status = 0;

  /**
   * @param of The request, such as `GET /songs/1`.
   * @param due The scheduled time, in the clock of `performance.now()`.
   */
  constructor(of: string, expected: Pick<ReadyRequest, 'status' | 'check'>, due: number, recorder: Recorder) {
    this.#of = of;
    this.#expected = expected;
    this.#due = due;
    this.#recorder = recorder;
    this.#chunks = exchanges++ % CHECKED_ONE_IN === 0 ? [] : undefined;
  }

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number): void {
    this.#status = statusCode;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks?.push(chunk);
  }

  onResponseEnd(): void {
    this.#recorder.received(this.#due, performance.now(), this.#problem());
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const { code } = error as NodeJS.ErrnoException;
    this.#recorder.failed(this.#due, code ?? error.message);
  }

  #problem(): string | undefined {
    const { status, check } = this.#expected;
    if (this.#status !== status) return `the status ${this.#status}, not ${status}`;
    if (!this.#chunks) return undefined;
    const text = Buffer.concat(this.#chunks).toString();
    try {
      const difference = check(JSON.parse(text));
      return difference && `${this.#of}: ${difference}`;
    } catch {
      return `${this.#of}: a body that is not JSON: ${text.slice(0, 100)}`;
    }
  }
}

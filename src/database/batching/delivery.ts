import { setImmediate as nextTurn } from 'node:timers/promises';
import { vacate, type Waiter } from './group.ts';

/** The queue is full: nothing was run, and the same call may succeed a moment later. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

/** The caller disconnected before its batch was sent: nothing was run for it. */
export class DisconnectedError extends Error {
  override readonly name = 'DisconnectedError';
}

/** The deadline of the caller passed, or was too close, or it waited for too long in an overload. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  /** @param wasSent Whether the batch was in flight: its effects are then unknown. Otherwise nothing was run. */
  constructor(wasSent: boolean) {
    super(
      wasSent
        ? 'The deadline passed while the batch was in flight: its outcome is unknown'
        : 'The call waited for too long in the queue: nothing was run',
    );
  }
}

/** The number of callers that get their results in one turn of the event loop: their continuations take time. */
const MAX_SETTLED_PER_TURN = 64;

/** Hands results and errors to the callers that wait for them, a slice of the callers per turn of the event loop. */
export class Delivery<Result> {
  readonly #onDelivered: () => void;
  #running = 0;

  /** @param onDelivered Called after each delivery. */
  constructor(onDelivered: () => void) {
    this.#onDelivered = onDelivered;
  }

  /** Whether nothing is being delivered. */
  get isIdle(): boolean {
    return this.#running === 0;
  }

  /**
   * Settles the callers of some places.
   *
   * @param settle Resolves or rejects a caller of the place with the given index.
   */
  async settle(
    places: readonly { waiters: Waiter<Result>[] }[],
    settle: (waiter: Waiter<Result>, index: number) => void,
  ): Promise<void> {
    let settled = 0;
    this.#running++;
    for (const [index, place] of places.entries()) {
      for (const waiter of vacate(place)) {
        if (settled === MAX_SETTLED_PER_TURN) {
          await nextTurn();
          settled = 0;
        }
        settle(waiter, index);
        settled++;
      }
    }
    this.#running--;
    this.#onDelivered();
  }

  /** Rejects callers with one error, which is made if there is any. */
  reject(waiters: Waiter<Result>[], makeError: () => Error): void {
    if (waiters.length === 0) return;
    const error = makeError();
    void this.settle([{ waiters }], ({ reject }) => reject(error));
  }
}

import type { SpanContext } from '@opentelemetry/api';

/** The origin of a call. */
export interface Caller {
  /** Whether the caller has disconnected. Checked once, when its batch is sent. */
  isDisconnected(): boolean;
  /** When the caller stops waiting, in milliseconds on the clock of `performance.now()`. */
  readonly deadline: number;
  /** The span of its request; undefined if it is not traced. */
  readonly trace?: SpanContext | undefined;
}

/** A call that waits for its result. */
export interface Waiter<Result> {
  resolve(result: Result): void;
  reject(error: unknown): void;
  caller: Caller | undefined;
  /** When it began to wait, on the clock of `performance.now()`. */
  since: number;
}

/** An item of a batch, and the callers that wait for its result. */
export interface Place<Item, Result> {
  item: Item;
  waiters: Waiter<Result>[];
}

/** How the batches of a group adapt to the cost of its items. */
export interface Adaptation {
  /** How long a batch should take at most, in milliseconds. A single item may take longer. */
  maxDuration: number;
  /** How many batches of a group may be in flight while its items are cheap enough for batches of full size. */
  maxInFlight: number;
}

interface GroupLimits {
  maxBatchSize: number;
  maxInFlight: number;
  adaptation: Adaptation | undefined;
}

/**
 * How long a call waits in a lasting overload, or for the time of two batches if that is longer, and when an overload is lasting, in
 * milliseconds. Otherwise each call would be served just before its deadline, and after the overload later ones would wait behind them.
 */
const PATIENCE = 1_000;
const LASTING = 5_000;

/** The waiting calls that may share a batch. */
export class Group<Item, Result> {
  /** The places of waiting callers, by key, in the order of their arrival. */
  readonly places = new Map<string | number | symbol, Place<Item, Result>>();
  /** Batches of the group in flight. */
  inFlight = 0;
  /** The duration of the last batch, in milliseconds. */
  #duration = 0;
  /** Since when the oldest call of each batch has waited for too long; undefined if that of the last batch has not. */
  #behindSince: number | undefined;
  readonly #limits: GroupLimits;
  #batchSize: number;

  constructor(limits: GroupLimits) {
    this.#limits = limits;
    this.#batchSize = limits.adaptation ? 1 : limits.maxBatchSize;
  }

  /** The largest number of items in the next batch. */
  get batchSize(): number {
    return this.#batchSize;
  }

  /** Whether no call could join the next batch if it were sent later. */
  get isFull(): boolean {
    return this.places.size >= this.#batchSize;
  }

  /** Whether another batch may be in flight, as far as the group is concerned. */
  get hasSlot(): boolean {
    const { maxBatchSize, maxInFlight, adaptation } = this.#limits;
    const slots =
      adaptation && this.#batchSize === maxBatchSize
        ? Math.min(adaptation.maxInFlight, maxInFlight)
        : maxInFlight;
    return this.inFlight < slots;
  }

  /** Notes how long the oldest call has waited; called before a batch is taken. */
  observeWait(now: number): void {
    const [oldest] = this.places.values();
    const since = oldest?.waiters[0]?.since ?? now;
    this.#behindSince = now - since > this.#patience ? (this.#behindSince ?? now) : undefined;
  }

  get #patience(): number {
    return Math.max(PATIENCE, 2 * this.#duration);
  }

  /**
   * Whether a call is refused when its batch is taken, because the overload lasts and it has waited for too long, or because the deadline of
   * its caller has passed, or is likely to pass before the next batch has results: under overload, all work would
   * otherwise be for callers that have just given up. A caller that has not waited for half of its time is not late.
   */
  isLate({ caller, since }: Waiter<Result>, now: number): boolean {
    if (!caller) return false;
    const { deadline } = caller;
    if (now - since > this.#patience && now - (this.#behindSince ?? now) > LASTING) return true;
    return deadline - now <= Math.min(this.#duration, Math.max(0, (deadline - since) / 2));
  }

  /** Notes the duration of a batch, in milliseconds, and adapts the size of the next batches to it. */
  adapt(items: number, duration: number): void {
    const { maxBatchSize, adaptation } = this.#limits;
    this.#duration = duration;
    if (!adaptation) return;
    const affordable = Math.floor((adaptation.maxDuration * items) / duration);
    this.#batchSize = Math.min(Math.max(affordable, 1), maxBatchSize);
  }
}

/**
 * Empties a place and returns its callers. A map that is never empty can keep former entries reachable for a while,
 * because each backing table that it outgrows references its successor. The callers, with their requests, must not stay
 * reachable through them.
 */
export function vacate<Result>(place: Pick<Place<unknown, Result>, 'waiters'>): Waiter<Result>[] {
  return place.waiters.splice(0);
}

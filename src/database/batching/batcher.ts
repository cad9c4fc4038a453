import type { BatcherCounts, BatcherOptions } from './batcher-options.ts';
import { DeadlineError, Delivery, DisconnectedError, QueueFullError } from './delivery.ts';
import { type Caller, Group, type Place, vacate, type Waiter } from './group.ts';

type Batch<Item, Result> = readonly Place<Item, Result>[];

/** The shortest time between two searches for callers whose deadline has passed, in milliseconds. */
const MIN_EXPIRY_INTERVAL = 20;

function* callersOf(batch: Batch<unknown, never>): Generator<Caller> {
  for (const { waiters } of batch) for (const { caller } of waiters) if (caller) yield caller;
}

/**
 * Coalesces concurrent calls into batches: each call joins the batch that is being filled, and a batch is sent at
 * the end of the current turn of the event loop when one of `maxInFlight` slots is free. No timer delays a batch:
 * a lone call is sent at once, and under load batches grow by themselves while others are in flight. A full batch
 * that waits for a slot takes it as soon as there is one.
 *
 * A call never joins a batch that has been sent. Everything that was acknowledged before a call began is therefore
 * visible to its batch: reads stay linearizable, and nothing is cached.
 *
 * Each caller gets a result or an error by its deadline. In the queue, a call whose deadline has passed, or would pass in flight, is
 * dropped without being run, and so is one that has waited for more than a second in an overload that lasts. In flight, the caller
 * stops waiting; the batch keeps its slot until `run` settles, so that a database that hangs is not given more work. One timer per
 * batcher, set for the earliest deadline, finds those callers.
 *
 * Knows neither SQL nor HTTP.
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  readonly #groups = new Map<string, Group<Item, Result>>();
  /** The groups that have waiting callers, in the order of their turns. */
  readonly #waiting = new Set<Group<Item, Result>>();
  readonly #inFlight = new Set<Batch<Item, Result>>();
  readonly #delivery = new Delivery<Result>(() => this.#goOn());
  #scheduled = false;
  #expiryTimer: NodeJS.Timeout | undefined;
  /** When the timer runs out, at the earliest deadline. */
  #nextExpiry = Number.POSITIVE_INFINITY;
  readonly #drained: (() => void)[] = [];
  readonly #counts = {
    batches: 0,
    items: 0,
    shared: 0,
    disconnected: 0,
    expired: 0,
    refused: 0,
    queued: 0,
    inFlight: 0,
  };

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  get counts(): Readonly<BatcherCounts> {
    return this.#counts;
  }

  /**
   * Runs an item in the next batch that is sent, and returns its result.
   *
   * @param caller The origin of the call; a call without one has no deadline.
   * @throws {QueueFullError} if too many callers wait.
   * @throws {DisconnectedError} if the caller disconnected before the batch was sent.
   * @throws {DeadlineError} if the deadline of the caller passed before there was a result.
   */
  run(item: Item, caller?: Caller): Promise<Result> {
    if (this.#counts.queued >= this.#options.maxQueued) {
      this.#counts.refused++;
      return Promise.reject(new QueueFullError('Too many calls wait for a batch'));
    }
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject, caller, since: performance.now() };
      const group = this.#groupOf(item);
      const key = this.#options.keyOf?.(item, caller) ?? Symbol();
      const place = group.places.get(key);
      if (place) {
        place.waiters.push(waiter);
        this.#counts.shared++;
      } else {
        group.places.set(key, { item, waiters: [waiter] });
        this.#waiting.add(group);
      }
      this.#counts.queued++;
      if (caller && caller.deadline < this.#nextExpiry) this.#expireAt(caller.deadline);
      this.#schedule();
    });
  }

  /** Waits until every accepted call has its result. */
  drain(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained.push(resolve);
    });
  }

  /** Rejects all waiting callers, as if their deadlines had passed. */
  expireAll(): void {
    this.#expireWaiters(Number.POSITIVE_INFINITY);
  }

  #groupOf(item: Item): Group<Item, Result> {
    const { groupOf, maxBatchSize, maxInFlight, adaptation } = this.#options;
    const name = groupOf?.(item) ?? '';
    const known = this.#groups.get(name);
    if (known) return known;
    const group = new Group<Item, Result>({ maxBatchSize, maxInFlight, adaptation });
    this.#groups.set(name, group);
    return group;
  }

  #goOn(): void {
    this.#schedule();
    if (this.#isIdle()) for (const resolve of this.#drained.splice(0)) resolve();
  }

  #isIdle(): boolean {
    return this.#waiting.size === 0 && this.#inFlight.size === 0 && this.#delivery.isIdle;
  }

  /** The group whose batch is to be sent next; undefined while there is no slot for any. */
  #nextGroup(): Group<Item, Result> | undefined {
    if (this.#inFlight.size >= this.#options.maxInFlight) return undefined;
    for (const group of this.#waiting) if (group.hasSlot) return group;
    return undefined;
  }

  #schedule(): void {
    if (this.#scheduled || !this.#nextGroup()) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      for (let group = this.#nextGroup(); group; group = this.#nextGroup()) this.#sendNext(group);
      this.#goOn();
    });
  }

  #sendNext(group: Group<Item, Result>): void {
    const batch = this.#take(group);
    if (batch.length > 0) void this.#send(batch, group);
  }

  /** Takes the places of the next batch out of the queue; no caller can join them any more. */
  #take(group: Group<Item, Result>): Batch<Item, Result> {
    const { exclusiveKeyOf } = this.#options;
    const { places, batchSize } = group;
    const batch: Place<Item, Result>[] = [];
    const taken = new Set<string | number>();
    const late: Waiter<Result>[] = [];
    const gone: Waiter<Result>[] = [];
    const now = performance.now();
    group.observeWait(now);
    for (const [key, place] of places) {
      if (batch.length === batchSize) break;
      const exclusiveKey = exclusiveKeyOf?.(place.item);
      if (exclusiveKey !== undefined) {
        if (taken.has(exclusiveKey)) continue;
        taken.add(exclusiveKey);
      }
      places.delete(key);
      this.#counts.queued -= place.waiters.length;
      for (const waiter of vacate(place)) {
        const { caller } = waiter;
        if (group.isLate(waiter, now)) late.push(waiter);
        else if (caller?.isDisconnected()) gone.push(waiter);
        else place.waiters.push(waiter);
      }
      if (place.waiters.length > 0) batch.push(place);
    }
    // The turn of the other groups.
    this.#waiting.delete(group);
    if (places.size > 0) this.#waiting.add(group);
    this.#counts.disconnected += gone.length;
    this.#delivery.reject(gone, () => new DisconnectedError('The caller disconnected'));
    this.#expire(late, false);
    return batch;
  }

  async #send(batch: Batch<Item, Result>, group: Group<Item, Result>): Promise<void> {
    this.#inFlight.add(batch);
    group.inFlight++;
    this.#counts.inFlight++;
    this.#counts.batches++;
    this.#counts.items += batch.length;
    const began = performance.now();
    const settle = await this.#run(batch);
    group.adapt(batch.length, performance.now() - began);
    this.#inFlight.delete(batch);
    group.inFlight--;
    this.#counts.inFlight--;
    // A full batch is sent first: it is in flight while these results are delivered.
    for (let next = this.#nextGroup(); next?.isFull; next = this.#nextGroup()) this.#sendNext(next);
    void this.#delivery.settle(batch, settle);
  }

  /** Runs a batch, and returns the function that settles a waiter of the place with the given index. */
  async #run(batch: Batch<Item, Result>): Promise<(waiter: Waiter<Result>, index: number) => void> {
    const endSpan = this.#options.trace?.(batch.length, callersOf(batch));
    try {
      const results = await this.#options.run(batch.map(({ item }) => item));
      endSpan?.(undefined);
      if (results.length !== batch.length) {
        throw new TypeError(`A batch of ${batch.length} items returned ${results.length} results`);
      }
      return ({ resolve }, index) => resolve(results[index] as Result);
    } catch (error) {
      endSpan?.(error);
      if (batch.length > 1 && this.#options.isolates?.(error)) await this.#runOneByOne(batch);
      return ({ reject }) => reject(error);
    }
  }

  /** Runs and settles each place of a batch separately, except places without waiting callers. */
  async #runOneByOne(batch: Batch<Item, Result>): Promise<void> {
    for (const place of batch) {
      if (place.waiters.length > 0) void this.#delivery.settle([place], await this.#run([place]));
    }
  }

  #expire(late: Waiter<Result>[], wasSent: boolean): void {
    this.#counts.expired += late.length;
    this.#delivery.reject(late, () => new DeadlineError(wasSent));
  }

  #expireAt(deadline: number): void {
    clearTimeout(this.#expiryTimer);
    this.#nextExpiry = deadline;
    const delay = Math.max(deadline - performance.now(), MIN_EXPIRY_INTERVAL);
    this.#expiryTimer = setTimeout(() => this.#expireWaiters(), delay).unref();
  }

  /** Rejects the callers whose deadline has passed, and sets the timer for the next deadline. */
  #expireWaiters(now = performance.now()): void {
    let next = Number.POSITIVE_INFINITY;
    const moveLate = (place: Place<Item, Result>, late: Waiter<Result>[]) => {
      for (const waiter of vacate(place)) {
        const deadline = waiter.caller?.deadline ?? Number.POSITIVE_INFINITY;
        if (deadline <= now) {
          late.push(waiter);
        } else {
          place.waiters.push(waiter);
          next = Math.min(next, deadline);
        }
      }
    };
    const queued: Waiter<Result>[] = [];
    for (const group of this.#waiting) {
      for (const [key, place] of group.places) {
        moveLate(place, queued);
        if (place.waiters.length === 0) group.places.delete(key);
      }
      if (group.places.size === 0) this.#waiting.delete(group);
    }
    this.#counts.queued -= queued.length;
    const sent: Waiter<Result>[] = [];
    for (const batch of this.#inFlight) for (const place of batch) moveLate(place, sent);
    this.#nextExpiry = next;
    if (next < Number.POSITIVE_INFINITY) this.#expireAt(next);
    this.#expire(queued, false);
    this.#expire(sent, true);
  }
}

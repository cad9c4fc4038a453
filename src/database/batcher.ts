/** How a batcher works; see {@link Batcher}. */
export interface BatcherOptions<Item, Result> {
  /**
   * Runs one batch, of at most `maxBatchSize` items, and gives one result an item, in the order of the items.
   */
  run(items: readonly Item[]): Promise<readonly Result[]>;
  /** Tells which items are the same, so that they share one place and its result. By default no two are. */
  keyOf?: ((item: Item) => string | number) | undefined;
  /** Tells which items must not be in one batch, such as writes to the same row. By default all may. */
  exclusiveKeyOf?: ((item: Item) => string | number) | undefined;
  /** The largest number of items in a batch. */
  maxBatchSize: number;
  /** How many batches may be on their way at once. */
  maxInFlight: number;
  /** How many callers may wait for a batch that has not left. */
  maxQueued: number;
  /**
   * Whether a failure may be the fault of one item in the batch and left no trace, so that each item can be
   * run again by itself. By default no failure may.
   */
  isolates?(error: unknown): boolean;
}

/** What a batcher has done so far, and what waits now. */
export interface BatcherCounts {
  /** Batches that left, those of one item included. */
  batches: number;
  /** Items that left in them; `items / batches` is the average size. */
  items: number;
  /** Callers that got their result from the place of another. */
  shared: number;
  /** Callers that went away before their batch left. */
  abandoned: number;
  /** Callers that were turned away because the queue was full. */
  refused: number;
  /** Callers that wait for a batch to leave, now. */
  queued: number;
  /** Batches on their way, now. */
  inFlight: number;
}

/** The queue is full: nothing was run, and the same call may succeed a moment later. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

/** The caller had gone away before its batch left: nothing was run for it. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

interface Waiter<Result> {
  resolve(result: Result): void;
  reject(error: unknown): void;
  isAbandoned: (() => boolean) | undefined;
}

interface Place<Item, Result> {
  item: Item;
  waiters: Waiter<Result>[];
}

/**
 * Lets calls that arrive together travel together: each joins the batch that is being filled, and a batch leaves
 * at the end of the current turn of the event loop when one of `maxInFlight` slots is free. There are no timers:
 * a lone call leaves at once, and under load batches grow by themselves while others are on their way. A full
 * batch that waits for a slot takes it as soon as there is one.
 *
 * A call never joins a batch that has left. Whatever was acknowledged before a call began is therefore there
 * when its batch runs: reads stay linearizable, and nothing is cached.
 *
 * Knows neither SQL nor HTTP.
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  /** Those who wait, by key, in the order in which they came. */
  readonly #places = new Map<string | number | symbol, Place<Item, Result>>();
  #scheduled = false;
  readonly #drained: (() => void)[] = [];
  readonly #counts = { batches: 0, items: 0, shared: 0, abandoned: 0, refused: 0, queued: 0, inFlight: 0 };

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  get counts(): Readonly<BatcherCounts> {
    return this.#counts;
  }

  /**
   * Runs an item in the next batch that leaves, and gives its result.
   *
   * @param isAbandoned Asked once, when the batch leaves: whether nobody waits for the result any more.
   * @throws {QueueFullError} when too many wait.
   * @throws {AbandonedError} when nobody waited any more.
   */
  run(item: Item, isAbandoned?: () => boolean): Promise<Result> {
    if (this.#counts.queued >= this.#options.maxQueued) {
      this.#counts.refused++;
      return Promise.reject(new QueueFullError('Too many calls wait for a batch'));
    }
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject, isAbandoned };
      const key = this.#options.keyOf?.(item) ?? Symbol();
      const place = this.#places.get(key);
      if (place) {
        place.waiters.push(waiter);
        this.#counts.shared++;
      } else {
        this.#places.set(key, { item, waiters: [waiter] });
      }
      this.#counts.queued++;
      this.#schedule();
    });
  }

  /** Waits until everything that was accepted has its result. */
  drain(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained.push(resolve);
    });
  }

  #goOn(): void {
    this.#schedule();
    if (this.#isIdle()) for (const resolve of this.#drained.splice(0)) resolve();
  }

  #isIdle(): boolean {
    return this.#places.size === 0 && this.#counts.inFlight === 0;
  }

  #canSend(): boolean {
    return this.#places.size > 0 && this.#counts.inFlight < this.#options.maxInFlight;
  }

  #schedule(): void {
    if (this.#scheduled || !this.#canSend()) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#canSend()) this.#sendNext();
      this.#goOn();
    });
  }

  #sendNext(): void {
    const batch = this.#take();
    if (batch.length > 0) void this.#send(batch);
  }

  /** Takes the places of the next batch out of the queue; nobody can join them any more. */
  #take(): Place<Item, Result>[] {
    const { maxBatchSize, exclusiveKeyOf } = this.#options;
    const batch: Place<Item, Result>[] = [];
    const taken = new Set<string | number>();
    for (const [key, place] of this.#places) {
      if (batch.length === maxBatchSize) break;
      const exclusiveKey = exclusiveKeyOf?.(place.item);
      if (exclusiveKey !== undefined) {
        if (taken.has(exclusiveKey)) continue;
        taken.add(exclusiveKey);
      }
      this.#places.delete(key);
      this.#counts.queued -= place.waiters.length;
      if (this.#someoneWaits(place)) batch.push(place);
    }
    return batch;
  }

  /** Lets go of the callers that went away, and tells whether any is left. */
  #someoneWaits(place: Place<Item, Result>): boolean {
    place.waiters = place.waiters.filter(({ isAbandoned, reject }) => {
      if (!isAbandoned?.()) return true;
      this.#counts.abandoned++;
      reject(new AbandonedError('The caller went away'));
      return false;
    });
    return place.waiters.length > 0;
  }

  async #send(batch: readonly Place<Item, Result>[]): Promise<void> {
    this.#counts.inFlight++;
    this.#counts.batches++;
    this.#counts.items += batch.length;
    const deliver = await this.#run(batch);
    this.#counts.inFlight--;
    // Whoever fills a batch has nothing to wait for: it is on its way while the results of this one are handed out.
    while (this.#canSend() && this.#places.size >= this.#options.maxBatchSize) this.#sendNext();
    deliver();
    this.#goOn();
  }

  /** Runs a batch, and gives what hands out its results. */
  async #run(batch: readonly Place<Item, Result>[]): Promise<() => void> {
    try {
      const results = await this.#options.run(batch.map(({ item }) => item));
      if (results.length !== batch.length) {
        throw new TypeError(`A batch of ${batch.length} items gave ${results.length} results`);
      }
      return () => {
        for (const [index, place] of batch.entries()) {
          for (const { resolve } of vacate(place)) resolve(results[index] as Result);
        }
      };
    } catch (error) {
      if (batch.length > 1 && this.#options.isolates?.(error)) return this.#runOneByOne(batch);
      return () => {
        for (const place of batch) for (const { reject } of vacate(place)) reject(error);
      };
    }
  }

  async #runOneByOne(batch: readonly Place<Item, Result>[]): Promise<() => void> {
    for (const place of batch) {
      const deliver = await this.#run([place]);
      deliver();
    }
    return () => {};
  }
}

/**
 * Empties a place and gives the callers that waited in it. A map that is never idle keeps its former entries from the
 * garbage collector for a while, as each table that it outgrows still refers to the next one; the callers, with
 * everything that waits for them, must not be kept with them.
 */
function vacate<Result>(place: Place<unknown, Result>): Waiter<Result>[] {
  return place.waiters.splice(0);
}

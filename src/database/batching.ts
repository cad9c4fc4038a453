import { Batcher, type BatcherCounts, type BatcherOptions } from './batcher.ts';
import { isRolledBack } from './failures.ts';

/** Runs one item, by itself or in a batch, and gives its result. */
export type Runner<Item, Result> = (item: Item, isAbandoned?: () => boolean) => Promise<Result>;

export interface BatchingOptions {
  /** Whether calls travel together; otherwise each is a batch of one that leaves at once. */
  enabled: boolean;
  /** How many connections the pool has: more batches than that cannot be on their way. */
  connections: number;
}

/** Small enough that the clients of a busy service fill both slots, rather than all wait for one batch. */
const MAX_BATCH_SIZE = 50;
/** Two, so that the database works on one batch while the results of the other are sent to clients. */
const MAX_IN_FLIGHT = 2;
/** More than two: different lists share nothing, and run side by side as they would without batching. */
const MAX_LISTS_IN_FLIGHT = 10;
const MAX_QUEUED = 10_000;

/** The batchers of one service, all with the bounds that fit its database. */
export class Batching {
  readonly #options: BatchingOptions;
  readonly #batchers = new Map<string, { drain(): Promise<void>; counts: Readonly<BatcherCounts> }>();

  constructor(options: BatchingOptions) {
    this.#options = options;
  }

  /**
   * Runs calls that arrive together in one statement.
   *
   * @param name Names the statement among the counts.
   * @param run Runs the statement for some items and gives one result an item.
   * @param keyOf Tells which items are the same and can share a result; by default no two are.
   * @param exclusiveKeyOf Tells which items must not be in one statement; by default all may.
   */
  together<Item, Result>(
    name: string,
    run: (items: readonly Item[]) => Promise<readonly Result[]>,
    keys: Pick<BatcherOptions<Item, Result>, 'keyOf' | 'exclusiveKeyOf'> = {},
  ): Runner<Item, Result> {
    if (!this.#options.enabled) return async (item) => (await run([item]))[0] as Result;
    return this.#batcher(name, { run, ...keys, maxBatchSize: MAX_BATCH_SIZE, maxInFlight: MAX_IN_FLIGHT });
  }

  /**
   * Runs a call once for all equal calls that wait for it to begin.
   *
   * @param name Names the statement among the counts.
   */
  sameOnce<Item, Result>(name: string, run: (item: Item) => Promise<Result>): Runner<Item, Result> {
    if (!this.#options.enabled) return run;
    return this.#batcher(name, {
      run: async ([item]) => [await run(item as Item)],
      keyOf: (item) => JSON.stringify(item),
      maxBatchSize: 1,
      maxInFlight: MAX_LISTS_IN_FLIGHT,
    });
  }

  #batcher<Item, Result>(
    name: string,
    options: Omit<BatcherOptions<Item, Result>, 'maxQueued' | 'isolates'>,
  ): Runner<Item, Result> {
    const batcher = new Batcher<Item, Result>({
      ...options,
      maxInFlight: Math.min(options.maxInFlight, this.#options.connections),
      maxQueued: MAX_QUEUED,
      isolates: isRolledBack,
    });
    this.#batchers.set(name, batcher);
    return (item, isAbandoned) => batcher.run(item, isAbandoned);
  }

  /** What each batcher has done so far, by the name of its statement. */
  counts(): Record<string, Readonly<BatcherCounts>> {
    return Object.fromEntries([...this.#batchers].map(([name, { counts }]) => [name, { ...counts }]));
  }

  /** Waits until everything that was accepted has its result. */
  async drain(): Promise<void> {
    await Promise.all([...this.#batchers.values()].map((batcher) => batcher.drain()));
  }
}

import type { SpanContext } from '@opentelemetry/api';
import { isCancelled, isRolledBack } from '../failures.ts';
import { Batcher } from './batcher.ts';
import type { BatcherCounts, BatcherOptions, BatchTracer } from './batcher-options.ts';
import type { Caller } from './group.ts';

/** Runs one item, alone or in a batch, and returns its result. */
export type Runner<Item, Result> = (item: Item, caller?: Caller) => Promise<Result>;

/**
 * A kind of slow read. The reads of a lane share its slots across all tables, so that one kind cannot occupy every
 * connection.
 */
export type Lane = 'lists' | 'searches' | 'counts' | 'probes' | 'metrics';

export interface BatchingOptions {
  /** Whether concurrent calls are coalesced; otherwise each batch has one call. */
  enabled: boolean;
  /** The number of connections for reads by id and writes: the maximum number of batches of a kind in flight. */
  connections: number;
  /** The number of connections for lists, searches and counts. */
  listConnections: number;
  /** Undefined: there are no traces. */
  tracer?: BatchTracer | undefined;
}

/** Small enough that the clients of a busy service fill both slots, instead of all waiting for one batch. */
const MAX_BATCH_SIZE = 50;
/** Two: the database executes one batch while the results of the other are sent to clients. */
const MAX_IN_FLIGHT = 2;
const MAX_QUEUED = 10_000;

/** The target duration of a statement for several lists, in milliseconds. Earlier statements of the shape predict it. */
const MAX_LIST_DURATION = 50;

/** A read of a lane. */
interface LaneRead {
  /** Equal for equal reads. */
  key: string;
  /** Equal for reads that one statement can run. */
  shape: string;
  item: unknown;
  /** Runs reads of one shape. */
  run(items: readonly unknown[]): Promise<readonly unknown[]>;
}

function tracesOf(callers: Iterable<Caller>): SpanContext[] {
  const traces = new Set<SpanContext>();
  for (const { trace } of callers) if (trace) traces.add(trace);
  return [...traces];
}

/** The batchers of a service, with limits that fit its database. */
export class Batching {
  readonly #options: BatchingOptions;
  readonly #batchers = new Map<string, Pick<Batcher<never, unknown>, 'drain' | 'expireAll' | 'counts'>>();
  readonly #lanes: Readonly<Record<Lane, Batcher<LaneRead, unknown>>>;

  constructor(options: BatchingOptions) {
    this.#options = options;
    const { listConnections } = options;
    this.#lanes = {
      lists: this.#lane('lists', listConnections),
      // Half, so that plain lists are served while many clients search.
      searches: this.#lane('searches', Math.max(1, Math.floor(listConnections / 2))),
      counts: this.#lane('counts', 1),
      probes: this.#lane('probes', 1),
      metrics: this.#lane('metrics', 1),
    };
  }

  /**
   * Coalesces concurrent calls into one statement.
   *
   * @param name The name of the statement in the counts.
   * @param run Runs the statement for some items and returns one result per item.
   * @param keys `keyOf` identifies equal items, which share a result; by default no two are equal. `exclusiveKeyOf`
   * identifies items that must not be in one statement; by default all may.
   */
  batch<Item, Result>(
    name: string,
    run: (items: readonly Item[]) => Promise<readonly Result[]>,
    keys: Pick<BatcherOptions<Item, Result>, 'keyOf' | 'exclusiveKeyOf'> = {},
  ): Runner<Item, Result> {
    const { enabled, connections } = this.#options;
    const batcher = this.#batcher<Item, Result>(
      name,
      enabled
        ? { run, ...keys, maxBatchSize: MAX_BATCH_SIZE, maxInFlight: Math.min(MAX_IN_FLIGHT, connections) }
        : { run, maxBatchSize: 1, maxInFlight: connections },
    );
    return (item, caller) => batcher.run(item, caller);
  }

  /**
   * Runs a read once for all equal waiting calls.
   *
   * @param name Distinguishes equal items of different reads.
   * @param laneOf The lane whose slots an item needs.
   * @param keyOf Identifies equal items of this read; by default, items with the same JSON text are equal.
   */
  dedupe<Item, Result>(
    name: string,
    run: (item: Item) => Promise<Result>,
    laneOf: (item: Item) => Lane,
    keyOf?: (item: Item, caller: Caller | undefined) => string,
  ): Runner<Item, Result> {
    const runAll = (items: readonly Item[]) => Promise.all(items.map(run));
    return this.batchByShape(name, runAll, { laneOf, shapeOf: () => '', ...(keyOf && { keyOf }) });
  }

  /**
   * Runs reads of one shape in one statement, if their lane has batches, and equal reads once.
   *
   * @param name Distinguishes items of different reads.
   * @param run Runs the statement for items of one shape, and returns one result per item.
   * @param options `laneOf` returns the lane whose slots an item needs, `shapeOf` an equal text for items that one
   * statement can run; `keyOf` identifies equal items: by default, items with the same JSON text are equal.
   */
  batchByShape<Item, Result>(
    name: string,
    run: (items: readonly Item[]) => Promise<readonly Result[]>,
    {
      laneOf,
      shapeOf,
      keyOf = (item) => JSON.stringify(item),
    }: {
      laneOf: (item: Item) => Lane;
      shapeOf: (item: Item) => string;
      keyOf?: (item: Item, caller: Caller | undefined) => string;
    },
  ): Runner<Item, Result> {
    // Reads of one shape have the same name, and therefore the same type of item.
    const runItems = (items: readonly unknown[]) => run(items as readonly Item[]);
    return (item, caller) => {
      const key = `${name} ${keyOf(item, caller)}`;
      const read = { key, shape: `${name} ${shapeOf(item)}`, item, run: runItems };
      // Equal keys have the same name, and therefore the same type of result.
      return this.#lanes[laneOf(item)].run(read, caller) as Promise<Result>;
    };
  }

  /** Only the lane of lists has batches: the reads of other lanes are slow, and each is a separate statement. */
  #lane(name: Lane, maxInFlight: number): Batcher<LaneRead, unknown> {
    const { enabled } = this.#options;
    const inBatches = enabled && name === 'lists';
    return this.#batcher<LaneRead, unknown>(name, {
      run: async (reads) => reads[0]?.run(reads.map(({ item }) => item)) ?? [],
      keyOf: enabled ? ({ key }) => key : undefined,
      ...(inBatches && {
        groupOf: ({ shape }) => shape,
        adaptation: { maxDuration: MAX_LIST_DURATION, maxInFlight: MAX_IN_FLIGHT },
      }),
      maxBatchSize: inBatches ? MAX_BATCH_SIZE : 1,
      maxInFlight,
      // If a statement of several lists takes too long, the lists run one by one: reads can be repeated.
      isolates: (error) => isRolledBack(error) || isCancelled(error),
    });
  }

  #batcher<Item, Result>(
    name: string,
    options: Omit<BatcherOptions<Item, Result>, 'maxQueued'>,
  ): Batcher<Item, Result> {
    const { tracer } = this.#options;
    const trace: typeof options.trace =
      tracer && ((size, callers) => tracer.sent(name, size, tracesOf(callers)));
    const batcher = new Batcher<Item, Result>({
      isolates: isRolledBack,
      ...options,
      trace,
      maxQueued: MAX_QUEUED,
    });
    this.#batchers.set(name, batcher);
    return batcher;
  }

  /** The counts of each batcher, by the name of its statement or lane. */
  counts(): Record<string, Readonly<BatcherCounts>> {
    return Object.fromEntries([...this.#batchers].map(([name, { counts }]) => [name, { ...counts }]));
  }

  /** Rejects all waiting calls, as if their deadlines had passed: the service stops. */
  expireAll(): void {
    for (const batcher of this.#batchers.values()) batcher.expireAll();
  }

  /** Waits until every accepted call has its result. */
  async drain(): Promise<void> {
    await Promise.all([...this.#batchers.values()].map((batcher) => batcher.drain()));
  }
}

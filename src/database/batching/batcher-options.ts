import type { SpanContext } from '@opentelemetry/api';
import type { Adaptation, Caller } from './group.ts';

/** Traces batches. */
export interface BatchTracer {
  /**
   * Begins the span of a batch.
   *
   * @param traces The traced requests of its callers.
   * @returns Ends the span, with the error of the batch; undefined if no request is traced.
   */
  sent(name: string, size: number, traces: readonly SpanContext[]): ((error: unknown) => void) | undefined;
}

/** The options of a batcher. */
export interface BatcherOptions<Item, Result> {
  /**
   * Runs one batch of at most `maxBatchSize` items and returns one result per item, in the order of the items.
   */
  run(items: readonly Item[]): Promise<readonly Result[]>;
  /**
   * Identifies equal items, which share one place in the batch and its result. By default no two are equal. Where a
   * result depends on the caller, so must its key.
   */
  keyOf?: ((item: Item, caller: Caller | undefined) => string | number) | undefined;
  /**
   * Identifies items that may share a batch: those of one group, of which there is a limited number. By default all
   * items are one group. Groups take turns, and share the slots.
   */
  groupOf?: ((item: Item) => string) | undefined;
  /**
   * Adapts the batches of each group to the cost of its items, which may vary: the first batch has one item, and the
   * duration of each batch decides the size of the next. By default each batch may have the largest size.
   */
  adaptation?: Adaptation | undefined;
  /** Identifies items that must not be in one batch, such as writes to the same row. By default all may. */
  exclusiveKeyOf?: ((item: Item) => string | number) | undefined;
  /** Begins the span of a batch, as {@link BatchTracer.sent}; undefined: there are no traces. */
  trace?: ((size: number, callers: Iterable<Caller>) => ((error: unknown) => void) | undefined) | undefined;
  /** The largest number of items in a batch. */
  maxBatchSize: number;
  /** The maximum number of batches in flight. */
  maxInFlight: number;
  /** The maximum number of callers in the queue. */
  maxQueued: number;
  /**
   * Whether a failure may be caused by one item of the batch and had no effect, so that each item can be run
   * again separately. By default no failure is isolated.
   */
  isolates?(error: unknown): boolean;
}

/** The counts of a batcher since its start, and its current load. */
export interface BatcherCounts {
  /** Batches that were sent, including batches of one item. */
  batches: number;
  /** Items in those batches; `items / batches` is the average size. */
  items: number;
  /** Callers that shared the place of an equal item. */
  shared: number;
  /** Callers that disconnected before their batch was sent. */
  disconnected: number;
  /** Callers whose deadline passed, in the queue or in flight. */
  expired: number;
  /** Callers that were rejected because the queue was full. */
  refused: number;
  /** Callers that wait for a batch to be sent, now. */
  queued: number;
  /** Batches in flight, now. */
  inFlight: number;
}

import type { BatcherCounts } from '../../src/database/batching/batcher-options.ts';

export type BatchCounts = Readonly<Record<string, Readonly<BatcherCounts>>>;

/** Reads the counts of batches from the log of a server that has exited; undefined without batching. */
export function batchCountsIn(log: string): BatchCounts | undefined {
  const line = log
    .slice(-65_536)
    .split('\n')
    .findLast((line) => line.includes('"msg":"Batches"'));
  if (line === undefined) return undefined;
  const { batches }: { batches: BatchCounts } = JSON.parse(line);
  return batches;
}

/**
 * The average number of requests per statement, including requests that shared an item. Undefined if no request was
 * batched.
 */
export function requestsPerBatch(counts: BatchCounts | undefined): number | undefined {
  const all = Object.values(counts ?? {});
  const batches = all.reduce((sum, { batches }) => sum + batches, 0);
  const requests = all.reduce((sum, { items, shared }) => sum + items + shared, 0);
  return batches === 0 ? undefined : requests / batches;
}

import type { AnyResource } from '../../schemas/resource.ts';
import type { NewRow } from '../crud/columns.ts';
import type { WriteOutcome } from '../crud/conditional-write.ts';
import type { ResourceErrors } from '../crud/contract.ts';
import type { Queryable } from '../database/pooled-database.ts';
import type { ImportJobs, StoredJob } from './import-jobs.ts';
import type { LineFailure, ParsedBatch } from './line-parser.ts';
import { MalformedImport, type ParserOptions } from './parser-options.ts';
import { parsedBatches } from './parser-thread.ts';

/** An import stops at this number of failures. */
const MAX_FAILURES = 100_000;

/** A resource whose rows can be imported. */
export interface ImportTarget {
  readonly resource: AnyResource;
  readonly errors: ResourceErrors;
  /** The number of rows of a transaction. */
  readonly batchSize: number;
  /** Inserts rows that are valid; see `Repository.createMany`. */
  createMany(client: Queryable, rows: readonly NewRow[]): Promise<readonly WriteOutcome<unknown>[]>;
}

/** The bytes to import, and their number, if it is known. */
export interface ImportSource {
  /** @param failed Ends a wait for further bytes: a batch was not committed. */
  bytes(failed: AbortSignal): AsyncIterable<Uint8Array>;
  readonly size?: number | undefined;
  /** Ends the import after the current batch. */
  readonly signal?: AbortSignal;
}

/** How an import ended: undefined means that all lines are processed. */
export type ImportEnd = { code: string; line?: number; message?: string } | undefined;

/**
 * Imports the lines of a body that an earlier attempt has not processed. Each batch is a transaction with its progress, and the next one
 * is parsed meanwhile.
 *
 * @returns The reason why the rest is not imported.
 * @throws {JobLost} if the job was cancelled or another process continues it; {@link DatabaseUnavailable}, or an error of the body, if
 * another attempt can continue.
 */
export async function importBody(
  jobs: ImportJobs,
  { id, owner, read, failed, digest, source, format }: StoredJob,
  body: ImportSource,
  target: ImportTarget,
): Promise<ImportEnd> {
  let failures = failed;
  let committing: Promise<void> = Promise.resolve();
  const failure = new AbortController();
  const commit = async (batch: ParsedBatch) => {
    await jobs.commit(id, batch, async (client) => {
      const refused = await insertRows(client, batch, { target, owner, source });
      failures += refused.length;
      return refused;
    });
    failures += batch.failures.length;
  };
  try {
    for await (const batch of parsedBatches(
      body.bytes(failure.signal),
      parserOptions(target, { format, read, digest }),
      body.size,
    )) {
      await committing;
      body.signal?.throwIfAborted();
      if (failures > MAX_FAILURES) return { code: 'too_many_failures' };
      committing = commit(batch);
      committing.catch((error) => failure.abort(error));
    }
    await committing;
    return undefined;
  } catch (error) {
    // If the commit failed, its error is the cause.
    await committing;
    if (!(error instanceof MalformedImport)) throw error;
    return { code: error.code, line: error.line, message: error.message };
  }
}

/** Inserts the rows of a batch, and returns the failures of those that were not inserted. */
async function insertRows(
  client: Queryable,
  { rows }: ParsedBatch,
  { target, owner, source }: { target: ImportTarget; owner: string | null; source: string },
): Promise<LineFailure[]> {
  const { code = 'conflict', message = 'The row conflicts with others' } = target.errors.conflict ?? {};
  const outcomes = await target.createMany(
    client,
    rows.map(({ item }) => ({ item, owner: owner ?? undefined, source })),
  );
  return rows.flatMap(({ line }, index) =>
    outcomes[index]?.status === 'written' ? [] : [{ line, code, message, details: null }],
  );
}

function parserOptions(
  { resource, batchSize }: ImportTarget,
  { format, read, digest }: Pick<StoredJob, 'format' | 'read' | 'digest'>,
): ParserOptions {
  const { fields, stamps, schemas } = resource;
  return {
    format,
    create: JSON.parse(JSON.stringify(schemas.create)),
    fields: Object.entries(fields).map(([name, { valueSchema, isNullable, isOptional }]) => ({
      name,
      schema: { type: valueSchema.type },
      isNullable,
      isOptional,
    })),
    ignored: ['id', ...stamps],
    processed: { bytes: read, digest },
    batchSize,
  };
}

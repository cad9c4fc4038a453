import { UniqueViolation } from '../database/failures.ts';
import type { Statement } from '../database/pooled-database.ts';

/** The outcome of a create, or of a write to one row that may depend on the version of the row. */
export type WriteOutcome<Row> =
  | { status: 'written'; row: Row }
  /** There is no such row. */
  | { status: 'not_found' }
  /** The row exists, but its version does not meet the conditions. */
  | { status: 'version_mismatch' }
  /** The row does not fit in beside the others: one is equal to it in a unique constraint, or the table is full. */
  | { status: 'conflict' };

/** A row to write, and the versions (UUIDs) on which the write depends. */
export interface ConditionalWrite {
  id: number;
  /** The row must have one of these versions; undefined: it may have any. */
  required: readonly string[] | undefined;
  /** The row must have none of these versions. */
  excluded: readonly string[] | undefined;
}

/** A row that was locked for a write; `id` is null where the version did not meet the conditions. */
export type LockedRow<Row> = Row & { id: number | null; lockedId: number };

/**
 * The text of a statement for conditional writes to different rows, which returns a {@link LockedRow} for each row that
 * exists. Rows are locked in the order of their ids, so that no two batches wait for each other, and in their latest
 * version.
 *
 * @param table The table, of which `id` and `version` are read.
 * @param write An `UPDATE` or `DELETE` of those rows whose ids are in `matching (match_id_)`, with `RETURNING` at
 * least `id`; its parameters begin with `$4`, behind those of {@link conditionValues}.
 */
export const conditionalText = (table: string, write: string): string => `
  WITH bound AS (
    SELECT id, required::uuid[], excluded::uuid[]
    FROM unnest($1::integer[], $2::text[], $3::text[]) AS bound (id, required, excluded)
  ), locked AS MATERIALIZED (
    SELECT id, version FROM ${table} WHERE id = ANY ($1) ORDER BY id FOR UPDATE
  ), matching (match_id_) AS (
    SELECT id FROM locked JOIN bound USING (id)
    WHERE (required IS NULL OR version = ANY (required)) AND (excluded IS NULL OR version <> ALL (excluded))
  ), written AS (${write})
  SELECT written.*, locked.id AS "lockedId" FROM locked LEFT JOIN written ON written.id = locked.id`;

/** The first three parameters of a conditional write. */
export const conditionValues = (writes: readonly ConditionalWrite[]): Statement['values'] & unknown[] => [
  writes.map(({ id }) => id),
  writes.map(({ required }) => arrayLiteral(required)),
  writes.map(({ excluded }) => arrayLiteral(excluded)),
];

/** An array of UUIDs as PostgreSQL reads it from text. */
const arrayLiteral = (versions: readonly string[] | undefined) => versions && `{${versions.join()}}`;

/** The outcomes of writes, in their order. */
export function outcomesOf<Row>(
  writes: readonly ConditionalWrite[],
  rows: readonly LockedRow<Row>[],
): WriteOutcome<Row>[] {
  const found = new Map(rows.map((row) => [row.lockedId, row]));
  return writes.map(({ id }) => {
    const row = found.get(id);
    if (!row) return { status: 'not_found' };
    return row.id === null ? { status: 'version_mismatch' } : { status: 'written', row };
  });
}

/** The outcomes of creates: of the rows that they inserted, in their order; undefined where there was a conflict. */
export const createOutcomes = <Row>(rows: readonly (Row | undefined)[]): WriteOutcome<Row>[] =>
  rows.map((row) => (row === undefined ? { status: 'conflict' } : { status: 'written', row }));

/**
 * The outcome of a write that violates a unique constraint. A violation fails the statement of a whole batch, and does
 * not tell which write caused it: it is an outcome for a single write only.
 *
 * @param constraint The name of the constraint; a violation of another one is a bug.
 * @throws the error itself for several writes and for every other failure.
 */
export function conflictOutcome(
  writes: readonly ConditionalWrite[],
  error: unknown,
  constraint: string | undefined,
): { status: 'conflict' }[] {
  if (writes.length === 1 && error instanceof UniqueViolation && error.constraint === constraint)
    return [{ status: 'conflict' }];
  throw error;
}

import type { AnyResource } from '../../schemas/resource.ts';
import { UniqueViolation } from '../database/failures.ts';
import type { Statement } from '../database/pooled-database.ts';
import { sourcesById, sourcesText } from './change-source.ts';

/** The outcome of a create, or of a write to one row that may depend on the version of the row. */
export type WriteOutcome<Row> =
  | { status: 'written'; row: Row }
  /** The row does not exist. */
  | { status: 'not_found' }
  /** The row exists, but its version violates the conditions. */
  | { status: 'version_mismatch' }
  /** The row conflicts with others: it violates a unique constraint, or the table is full. */
  | { status: 'conflict' };

/** A row, and the caller who accesses it. */
export interface RowAccess {
  id: number;
  /** The caller can only access rows of this owner; undefined: the caller can access all rows. */
  owner?: string | undefined;
}

/** A row to write, and the conditions on its version (a UUID). */
export interface ConditionalWrite extends RowAccess {
  /** The source of the change; see `sourceOf`. */
  source?: string | undefined;
  /** The row must have one of these versions; undefined: it may have any. */
  required: readonly string[] | undefined;
  /** The row must have none of these versions. */
  excluded: readonly string[] | undefined;
}

/** A row that was locked for a write; `id` is null if the version violates the conditions. */
export type LockedRow<Row> = Row & { id: number | null; lockedId: number };

/**
 * The text of a statement for conditional writes to different rows, which returns a {@link LockedRow} for each existing
 * row that the caller can access. Rows are locked in their latest version, and in the order of their ids, which prevents
 * deadlocks.
 *
 * @param table The table, with the columns `id` and `version`, and `owner` if it is owned.
 * @param write Returns an `UPDATE` or `DELETE` of the rows with ids in `matching (match_id_)`, with at least `id` in
 * `RETURNING`. Its parameters begin with the given number, after those of {@link conditionValues}.
 * @param followUp A common table expression that reads the rows of `write`, named `written`.
 */
export function conditionalText(
  { names: { table }, owned }: Pick<AnyResource, 'names' | 'owned'>,
  write: (firstParameter: number) => string,
  followUp?: string,
): string {
  // Not a join with the owners: planned while the table was small, it would read the whole table.
  const owner = '($5::text[])[array_position($1::integer[], id)]';
  const isAccessible = owned ? `AND (${owner} IS NULL OR ${owner} = owner)` : '';
  return `
    WITH bound AS (
      SELECT id, required::uuid[], excluded::uuid[]
      FROM unnest($1::integer[], $2::text[], $3::text[]) AS bound (id, required, excluded)
    ), locked AS MATERIALIZED (
      SELECT id, version FROM ${table} WHERE id = ANY ($1) ${isAccessible} ORDER BY id FOR UPDATE
    ), ${sourcesText('$4')}, matching (match_id_) AS (
      SELECT id FROM locked JOIN bound USING (id) CROSS JOIN sources
      WHERE (required IS NULL OR version = ANY (required)) AND (excluded IS NULL OR version <> ALL (excluded))
    ), written AS (${write(owned ? 6 : 5)})${followUp ? `, ${followUp}` : ''}
    SELECT written.*, locked.id AS "lockedId" FROM locked LEFT JOIN written ON written.id = locked.id`;
}

/** The first parameters of a conditional write. */
export const conditionValues = (
  { names, owned }: Pick<AnyResource, 'names' | 'owned'>,
  writes: readonly ConditionalWrite[],
): Statement['values'] & unknown[] => [
  writes.map(({ id }) => id),
  writes.map(({ required }) => arrayLiteral(required)),
  writes.map(({ excluded }) => arrayLiteral(excluded)),
  sourcesById(names.table, writes),
  ...(owned ? [writes.map(({ owner }) => owner)] : []),
];

/** An array of UUIDs as a literal of PostgreSQL. */
const arrayLiteral = (versions: readonly string[] | undefined) => versions && `{${versions.join()}}`;

/** The outcomes of writes, in order. */
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

/** The outcomes of creates from their inserted rows, in order; undefined means a conflict. */
export const createOutcomes = <Row>(rows: readonly (Row | undefined)[]): WriteOutcome<Row>[] =>
  rows.map((row) => (row === undefined ? { status: 'conflict' } : { status: 'written', row }));

/**
 * The outcome of a write that violates a unique constraint. A violation fails the statement of the whole batch without
 * naming the write that caused it: only a single write has this outcome.
 *
 * @param constraint The name of the constraint; a violation of another one is a bug.
 * @throws the error for several writes, and for every other failure.
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

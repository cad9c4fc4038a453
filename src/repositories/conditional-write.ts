import type { QueryConfig, QueryResultRow } from 'pg';
import type { Queryable } from '../database/queryable.ts';

/** What came of a write to one row that may be bound to certain versions of it. */
export type WriteOutcome<Row> =
  | { status: 'written'; row: Row }
  /** There is no such row. */
  | { status: 'not_found' }
  /** The row is there, in none of the versions that the client named. */
  | { status: 'version_mismatch' };

/** The versions that a write is bound to; undefined when any will do. */
export type Versions = readonly string[] | undefined;

/** The condition of such a write, for a statement whose parameter `$2` holds the versions. */
export const VERSION_MATCHES = '($2::uuid[] IS NULL OR version = ANY ($2))';

/**
 * Runs an `UPDATE` or `DELETE` of one row, with `RETURNING`. Where it finds no row, `exists` tells whether that
 * is because of its version.
 */
export async function conditionalWrite<Row extends QueryResultRow>(
  database: Queryable,
  write: QueryConfig,
  versions: Versions,
  exists: QueryConfig,
): Promise<WriteOutcome<Row>> {
  const [row] = (await database.query<Row>(write)).rows;
  if (row) return { status: 'written', row };
  const mismatch = versions !== undefined && (await database.query(exists)).rows.length > 0;
  return { status: mismatch ? 'version_mismatch' : 'not_found' };
}

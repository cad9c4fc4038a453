import type { Pool } from 'pg';
import { transaction } from '../database/pooled-database.ts';

/** A limit on the number of rows of a table, exact across instances. */
export interface RowLimit {
  /** The table that contains the number of rows: one row with the columns `only_row`, `total` and `granted`, see migration 012. */
  readonly counter: string;
  /** The maximum number of rows, at least 1. */
  readonly max: number;
}

/**
 * The SQL that takes room for new rows: a common table expression `room (places_)` with the number of rows that may be inserted; no row
 * if there is no room. The lock on the counter serialises concurrent creates, and a create that waited for it sees the latest total.
 *
 * @param wanted A query of one integer, the number of rows to insert.
 * @param max The parameter with the maximum number of rows.
 */
export const roomText = (
  table: string,
  { counter }: RowLimit,
  { wanted, max }: { wanted: string; max: string },
): string => `
  room (places_) AS (
    UPDATE ${counter} SET
      total = total + least(wanted_, ${max}::integer - total), granted = least(wanted_, ${max}::integer - total)
    FROM (${wanted}) AS new (wanted_)
    WHERE only_row AND total < ${max}::integer AND wanted_ > 0 RETURNING granted, ${countedText(table)}
  )`;

/** The SQL that gives back the room of deleted rows: a common table expression, which reads them from the one named `written`. */
export const givenBackText = (table: string, { counter }: RowLimit): string => `
  given_back AS (
    UPDATE ${counter} SET total = total - deleted_
    FROM (SELECT count(*)::integer FROM written) AS gone (deleted_)
    WHERE only_row AND deleted_ > 0 RETURNING ${countedText(table)}
  )`;

/** Tells the triggers of this statement, which count other changes, that it has counted its rows (migration 012). */
const countedText = (table: string) => `set_config('setlist.counted', '${table}', true)`;

/**
 * Corrects the counter of a table, which changes by other means can make wrong. A comparison in one snapshot comes first, so that creates
 * only wait for a correction. Concurrent creates and deletes stay counted: with the lock, none is between its count and its commit.
 *
 * @returns The former number and the number of rows; undefined if they are equal.
 */
export async function recount(
  pool: Pool,
  table: string,
  { counter }: RowLimit,
): Promise<{ counted: number; rows: number } | undefined> {
  const counts = `SELECT total AS counted, (SELECT count(*)::integer FROM ${table}) AS rows FROM ${counter} WHERE only_row`;
  const { rows: compared } = await pool.query<{ counted: number; rows: number }>(counts);
  const isWrong = ({ counted, rows }: { counted: number; rows: number }) => counted !== rows;
  if (!compared.some(isWrong)) return undefined;
  return transaction(pool, async (client) => {
    await client.query({ text: `SELECT FROM ${counter} WHERE only_row FOR UPDATE` });
    const { rows: locked } = await client.query<{ counted: number; rows: number }>({ text: counts });
    const wrong = locked.find(isWrong);
    if (wrong)
      await client.query({ text: `UPDATE ${counter} SET total = $1 WHERE only_row`, values: [wrong.rows] });
    return wrong;
  });
}

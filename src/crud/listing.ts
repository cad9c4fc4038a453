import type { QueryResultRow } from 'pg';
import type { Sort, SortKeyKind, SortKeys } from '../../schemas/pagination.ts';
import type { Queryable, Statement } from '../database/queryable.ts';
import { decodeCursor, encodeCursor, type KeyValue } from './cursor.ts';

/** Adds a value to a statement's parameters and gives its placeholder. */
export type Bind = (value: unknown) => string;

/** A list that a table can give: what is selected, and the SQL expression of each sort key. */
export interface Listing<Keys extends SortKeys> {
  table: string;
  columns: string;
  keys: Keys;
  expressions: Record<keyof Keys, string>;
}

/** One page: which rows, in which order, from where on. */
export interface PageRequest<Keys extends SortKeys> {
  /** Conditions in SQL, all of which a row must meet. */
  where(bind: Bind): string[];
  sort?: Sort<Keys> | undefined;
  limit: number;
  cursor?: string | undefined;
}

export interface Page<Row> {
  rows: Row[];
  /** The cursor of the next page; undefined on the last one. */
  next: string | undefined;
}

const sqlTypes: Record<SortKeyKind, string> = { integer: 'bigint', instant: 'timestamptz', text: 'text' };

/**
 * Reads one page by keyset: the rows behind the cursor's row in the order (sort key, id). Rows that are
 * inserted or deleted meanwhile make it neither skip nor repeat others.
 */
export async function readPage<
  Keys extends SortKeys,
  Row extends QueryResultRow & Record<keyof Keys, KeyValue | null>,
>(database: Queryable, listing: Listing<Keys>, page: PageRequest<Keys>): Promise<Page<Row>> {
  const { rows } = await database.query<Row>(pageStatement(listing, page));
  const last = rows.length > page.limit ? rows[page.limit - 1] : undefined;
  return {
    rows: rows.slice(0, page.limit),
    next: last && encodeCursor(listing.keys, last),
  };
}

/** Counts all rows that a list holds. */
export async function countRows<Keys extends SortKeys>(
  database: Queryable,
  { table }: Listing<Keys>,
  where: PageRequest<Keys>['where'],
): Promise<number> {
  const values: unknown[] = [];
  const conditions = where((value) => `$${values.push(value)}`);
  const text = `SELECT count(*)::integer AS total FROM ${table} ${whereClause(conditions)}`;
  const { rows } = await database.query<{ total: number }>({ text, values });
  return rows[0]?.total ?? 0;
}

function pageStatement<Keys extends SortKeys>(listing: Listing<Keys>, page: PageRequest<Keys>): Statement {
  const { table, columns, keys, expressions } = listing;
  const { sort = 'id', cursor, limit } = page;
  const descending = sort.startsWith('-');
  const field: keyof Keys & string = descending ? sort.slice(1) : sort;
  const fields = field === 'id' ? ['id'] : [field, 'id'];
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const conditions = page.where(bind);
  if (cursor !== undefined) {
    const after = decodeCursor(keys, cursor);
    const left = fields.map((name) => expressions[name]);
    const right = fields.map((name) => `${bind(after[name])}::${sqlTypes[keys[name] ?? 'text']}`);
    conditions.push(`(${left.join(', ')}) ${descending ? '<' : '>'} (${right.join(', ')})`);
  }
  const order = fields.map((name) => `${expressions[name]} ${descending ? 'DESC' : 'ASC'}`);
  const text = [
    `SELECT ${columns} FROM ${table}`,
    whereClause(conditions),
    `ORDER BY ${order.join(', ')} LIMIT ${bind(limit + 1)}`,
  ].join(' ');
  return { text, values };
}

function whereClause(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

/** The condition that one of the columns contains the text, case-insensitively, in any script. */
export function containsText(columns: readonly string[], text: string): string {
  // The subquery folds the text once, also in a generic plan, which would otherwise fold it for each row.
  const found = columns.map(
    (column) => `strpos(setlist_fold(${column}), (SELECT setlist_fold(${text}::text))) > 0`,
  );
  return `(${found.join(' OR ')})`;
}

import type { SortKeys } from '../../schemas/pagination.ts';
import type { AnyResource } from '../../schemas/resource.ts';
import type { Queryable, Statement } from '../database/pooled-database.ts';
import { columnName, keyTypes, selected, sortExpression } from './columns.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** The query parameters of every list; those of one resource have its filters as well. */
export type ListParameters = {
  sort?: string;
  limit: number;
  cursor?: string;
  count?: boolean;
  /** The text to search for. */
  q?: string;
};

/** A row of any table. */
export type Identified = { id: number };

export interface Page<Row> {
  rows: Row[];
  /** The cursor of the next page; undefined on the last one. */
  next: string | undefined;
}

/** The filters of a query, by the names of their parameters. */
export type Filters = Readonly<Record<string, unknown>>;

/** Adds a value to a statement's parameters and gives its placeholder. */
type Bind = (value: unknown) => string;

/** The lists of a resource: their statements, and their pages. */
export interface Listing {
  /** Reads one page by keyset: the rows behind the cursor's row in the order (sort key, id), and one row more. */
  page(query: ListParameters & Filters): Statement;
  /** Counts the rows that meet the filters, as `total`. */
  count(filters: Filters): Statement;
}

/** Compiles the lists of a resource. */
export function listingOf(resource: AnyResource): Listing {
  const { names, fields, stamps, sortKeys, filterable, searchable } = resource;
  const { table } = names;
  const columns = selected(['id', ...Object.keys(fields), ...stamps]);
  const expressions = new Map(Object.keys(sortKeys).map((name) => [name, sortExpression(name, resource)]));
  const types = new Map(Object.entries(sortKeys).map(([name, kind]) => [name, keyTypes[kind]]));
  const filters = filterable.map((name) => {
    const column = columnName(name);
    const expression = expressions.get(name) ?? column;
    // An index over an expression finds the rows; those with null may be among them.
    const conditions = expression === column ? [column] : [expression, column];
    return { name, conditions };
  });

  const conditionsOf = (query: Filters, bind: Bind): string[] => {
    const where: string[] = [];
    for (const { name, conditions } of filters) {
      const value = query[name];
      if (value === undefined) continue;
      const given = bind(value);
      for (const condition of conditions) where.push(`${condition} = ${given}`);
    }
    if (query.q !== undefined) where.push(containsText(searchable.map(columnName), bind(query.q)));
    return where;
  };

  return {
    page(query) {
      const { sort = 'id', cursor, limit } = query;
      const isDescending = sort.startsWith('-');
      const key = isDescending ? sort.slice(1) : sort;
      const keys = key === 'id' ? ['id'] : [key, 'id'];
      const values: unknown[] = [];
      const bind: Bind = (value) => `$${values.push(value)}`;
      const conditions = conditionsOf(query, bind);
      if (cursor !== undefined) {
        const after: Readonly<Record<string, unknown>> = decodeCursor(sortKeys, cursor);
        const left = keys.map((name) => expressions.get(name));
        const right = keys.map((name) => `${bind(after[name])}::${types.get(name)}`);
        conditions.push(`(${left.join(', ')}) ${isDescending ? '<' : '>'} (${right.join(', ')})`);
      }
      const order = keys.map((name) => `${expressions.get(name)} ${isDescending ? 'DESC' : 'ASC'}`);
      const text = [
        `SELECT ${columns} FROM ${table}`,
        whereClause(conditions),
        `ORDER BY ${order.join(', ')} LIMIT ${bind(limit + 1)}`,
      ].join(' ');
      return { text, values };
    },

    count(query) {
      const values: unknown[] = [];
      const conditions = conditionsOf(query, (value) => `$${values.push(value)}`);
      return {
        text: `SELECT count(*)::integer AS total FROM ${table} ${whereClause(conditions)}`,
        values,
      };
    },
  };
}

/**
 * Runs the statement of a page. Rows that are inserted or deleted between two pages make it neither skip nor repeat
 * others.
 */
export async function readPage<Row extends Identified>(
  database: Queryable,
  statement: Statement,
  { limit, keys }: { limit: number; keys: SortKeys },
): Promise<Page<Row>> {
  const { rows } = await database.query<Row>(statement);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { rows: rows.slice(0, limit), next: last && encodeCursor(keys, last) };
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

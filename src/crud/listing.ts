import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, type SortKeys } from '../../schemas/pagination.ts';
import type { AnyResource } from '../../schemas/resource.ts';
import type { Queryable, Statement } from '../database/pooled-database.ts';
import { columnName, columnsOf, keyTypes, selected, sortExpression } from './columns.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** The query parameters of every list, without the filters of the resource. */
export type ListParameters = {
  sort?: string;
  limit: number;
  cursor?: string;
  count?: boolean;
  /** The text to search for. */
  q?: string;
  /** Only the rows of this owner; the service sets it, clients cannot. */
  owner?: string;
};

/** A row of any table. */
export type Identified = { id: number };

export interface Page<Row> {
  rows: Row[];
  /** The cursor of the next page; undefined on the last page. */
  next: string | undefined;
}

/** The filters of a query, by parameter. */
export type Filters = Readonly<Record<string, unknown>>;

type Query = ListParameters & Filters;

/** Adds a parameter to a statement, with its value for each query, and returns its expression. */
type Bind = (type: string, values: readonly unknown[]) => string;

/** The statements of the lists of a resource. */
export interface Listing {
  /**
   * Reads pages by keyset: the rows after the cursor in the order (sort key, id), and one more row. The queries have one
   * shape. The rows of several pages have the number of their query, from 1, as `place_`; the rows of a page are sorted.
   */
  pages(queries: readonly Query[]): Statement;
  /** Reads all rows of a query, in its order. */
  all(query: Filters): Statement;
  /** Counts the rows that match the filters, as `total`. */
  count(filters: Filters): Statement;
}

/** Compiles the lists of a resource. */
export function listingOf(resource: AnyResource): Listing {
  const { names, fields, stamps, sortKeys, searchable } = resource;
  const { table } = names;
  const columns = selected(['id', ...Object.keys(fields), ...stamps]);
  const expressions = new Map(Object.keys(sortKeys).map((name) => [name, sortExpression(name, resource)]));
  const keyTypeOf = new Map(Object.entries(sortKeys).map(([name, kind]) => [name, keyTypes[kind]]));
  const columnTypeOf = new Map(columnsOf(resource).map(({ field, type }) => [field, type]));
  const filters = filtersOf(resource).map((name) => {
    const column = columnName(name);
    const expression = expressions.get(name) ?? column;
    // The index over the expression finds the rows, which may include null; the column excludes null.
    const conditions = expression === column ? [column] : [expression, column];
    return { name, type: columnTypeOf.get(name) ?? 'text', conditions };
  });

  /** The conditions of queries with the same filters. */
  const conditionsOf = (queries: readonly Filters[], bind: Bind): string[] => {
    const where: string[] = [];
    const isGiven = (name: string) => queries[0]?.[name] !== undefined;
    const valuesOf = (name: string) => queries.map(({ [name]: value }) => value);
    for (const { name, type, conditions } of filters) {
      if (!isGiven(name)) continue;
      const given = bind(type, valuesOf(name));
      for (const condition of conditions) where.push(`${condition} = ${given}`);
    }
    if (isGiven('q')) where.push(containsText(searchable.map(columnName), bind('text', valuesOf('q'))));
    return where;
  };

  /** The statement of one page for queries of one shape, without its limit. */
  const rowsOf = (queries: readonly Query[], bind: Bind): string => {
    const { sort = 'id', cursor } = queries[0] ?? {};
    const isDescending = sort.startsWith('-');
    const key = isDescending ? sort.slice(1) : sort;
    const keys = key === 'id' ? ['id'] : [key, 'id'];
    const conditions = conditionsOf(queries, bind);
    if (cursor !== undefined) {
      const cursors: Filters[] = queries.map(({ cursor = '' }) => decodeCursor(sortKeys, cursor));
      const left = keys.map((name) => expressions.get(name));
      const right = keys.map((name) => {
        const type = keyTypeOf.get(name) ?? 'text';
        const after = cursors.map(({ [name]: value }) => value);
        return `${bind(type, after)}::${type}`;
      });
      conditions.push(`(${left.join(', ')}) ${isDescending ? '<' : '>'} (${right.join(', ')})`);
    }
    const order = keys.map((name) => `${expressions.get(name)} ${isDescending ? 'DESC' : 'ASC'}`);
    return `SELECT ${columns} FROM ${table} ${whereClause(conditions)} ORDER BY ${order.join(', ')}`;
  };

  const onePage = (query: Query): Statement => {
    const values: unknown[] = [];
    const rows = rowsOf([query], (_type, [value]) => `$${values.push(value)}`);
    values.push(query.limit + 1);
    return { text: `${rows} LIMIT $${values.length}`, values, isPlannedForValues: query.q !== undefined };
  };

  /**
   * The planner takes a limit that it does not know for a tenth of the rows, and chooses a wrong plan. It plans the rows
   * with a constant limit, apart from the rest because they are materialized; the smaller of two constants, where it
   * suffices, because more rows may be cheaper to sort than to read in order. No row is read beyond the limit of its query.
   * The arrays are subqueries, of whose lengths the planner knows nothing: it keeps one plan for all.
   */
  const severalPages = (queries: readonly Query[]): Statement => {
    const arrays: string[] = [];
    const names: string[] = [];
    const values: unknown[] = [];
    const bind: Bind = (type, given) => {
      const number = values.push(given);
      arrays.push(`(SELECT $${number}::${type}[])`);
      names.push(`value_${number}_`);
      return `given.value_${number}_`;
    };
    const rows = rowsOf(queries, bind);
    const limits = queries.map((query) => query.limit + 1);
    const limit = bind('integer', limits);
    const longest = (Math.max(...limits) > DEFAULT_PAGE_SIZE + 1 ? MAX_PAGE_SIZE : DEFAULT_PAGE_SIZE) + 1;
    const text = `
      SELECT given.place_, page.*
      FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS given (${names.join(', ')}, place_)
      CROSS JOIN LATERAL (
        WITH longest AS MATERIALIZED (${rows} LIMIT ${longest})
        SELECT * FROM longest LIMIT ${limit}
      ) AS page`;
    return { text, values };
  };

  return {
    all(query) {
      const values: unknown[] = [];
      const text = rowsOf([{ limit: 0, ...query }], (_type, [value]) => `$${values.push(value)}`);
      return { text, values };
    },

    pages(queries) {
      const [query] = queries;
      return query && queries.length === 1 ? onePage(query) : severalPages(queries);
    },

    count(query) {
      const values: unknown[] = [];
      const conditions = conditionsOf([query], (_type, [value]) => `$${values.push(value)}`);
      return {
        text: `SELECT count(*)::integer AS total FROM ${table} ${whereClause(conditions)}`,
        values,
        isPlannedForValues: query.q !== undefined,
      };
    },
  };
}

/** The parameters of a list that select rows with equal values. */
export const filtersOf = ({
  filterable,
  owned,
}: Pick<AnyResource, 'filterable' | 'owned'>): readonly string[] =>
  owned ? [...filterable, 'owner'] : filterable;

/** An equal text for queries whose pages one statement can read: they only differ in values and limits. */
export function shapeOf(resource: Pick<AnyResource, 'filterable' | 'owned'>, query: Query): string {
  const filters = filtersOf(resource).filter((name) => query[name] !== undefined);
  return `${query.sort ?? 'id'} ${query.cursor === undefined ? '' : 'after'} ${filters.join(' ')}`;
}

/**
 * Runs the statement of some pages. Inserts and deletes between two pages neither skip nor repeat other rows.
 */
export async function readPages<Row extends Identified>(
  database: Queryable,
  statement: Statement,
  { queries, keys }: { queries: readonly ListParameters[]; keys: SortKeys },
): Promise<Page<Row>[]> {
  const { rows } = await database.query<Row & { place_?: number }>(statement);
  const pages = queries.map((): Row[] => []);
  for (const row of rows) pages[(row.place_ ?? 1) - 1]?.push(row);
  return queries.map(({ limit }, index) => {
    const page = pages[index] ?? [];
    if (page.length <= limit) return { rows: page, next: undefined };
    page.length = limit;
    return { rows: page, next: encodeCursor(keys, page[limit - 1] ?? {}) };
  });
}

function whereClause(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

/**
 * The condition that one of the columns contains the text, case-insensitively, in any script. An index of trigrams serves
 * texts of three letters and more; whether it is faster than the order of the page depends on the text. Planned for its
 * values, the statement folds the text once.
 */
export function containsText(columns: readonly string[], text: string): string {
  const pattern = String.raw`'%' || regexp_replace(setlist_fold(${text}::text), '([\\%_])', '\\\1', 'g') || '%'`;
  return `(${columns.map((column) => `setlist_fold(${column}) LIKE ${pattern}`).join(' OR ')})`;
}

import type { Resource } from '../../schemas/resource.ts';
import type { Statement } from '../database/pooled-database.ts';
import { insertedSourcesText, nextId, sourcesInOrder } from './change-source.ts';
import {
  type Column,
  columnsOf,
  createValues,
  insertedColumns,
  type NewRow,
  returnedColumns,
  type Values,
} from './columns.ts';
import {
  type ConditionalWrite,
  conditionalText,
  conditionValues,
  type RowAccess,
} from './conditional-write.ts';
import { type IdempotentCreate, idempotentCreateOf } from './idempotent-create.ts';
import { type Filters, type ListParameters, listingOf } from './listing.ts';
import { givenBackText, type RowLimit, roomText } from './row-limit.ts';

/** A row to write, and the fields to update. */
export interface ResourceWrite<Update> extends ConditionalWrite {
  patch: Update;
}

/** The statements of a table. A feature may replace each of them. */
export interface Statements<Create, Update, Query> {
  /** The name of the unique constraint that an update may violate; undefined if there is none. */
  constraint: string | undefined;
  /**
   * Selects the rows with these ids. If rows have owners, each result also has the number of its item, from 1, as `place_`. A
   * subquery with a limit, as in `create`, keeps the planner from reading the whole table.
   */
  find(items: readonly RowAccess[]): Statement;
  /**
   * Inserts items and returns the rows, with ids in the order of the items. With a unique constraint, the items differ, and
   * existing ones are skipped. Without one, if not all items are inserted, the first ones are.
   */
  create(rows: readonly NewRow<Create>[]): Statement;
  /** Inserts items and stores their outcomes under their keys; see `idempotentCreateOf`. */
  createIdempotent(creates: readonly IdempotentCreate<Create>[]): Statement;
  /** Updates different rows; see `conditionalText`. */
  update(writes: readonly ResourceWrite<Update>[]): Statement;
  delete(writes: readonly ConditionalWrite[]): Statement;
  /** Selects the rows of some pages, and one more of each that has a next page; see `Listing`. */
  list(queries: readonly Query[]): Statement;
  /** Selects all rows of a query, in its order. */
  all(query: Filters): Statement;
  /** Counts the rows that match the filters, as `total`. */
  count(filters: Filters): Statement;
}

/**
 * Compiles the statements of a resource.
 *
 * @param limit The limit on the number of its rows, if there is one.
 * @throws {TypeError} for a limit on a resource with a unique constraint: room for rows that are skipped would be lost.
 */
export function statementsOf<
  Item,
  Create extends Values,
  Update extends Values,
  Query extends ListParameters,
>(resource: Resource<Item, Create, Update, Query>, limit?: RowLimit): Statements<Create, Update, Query> {
  const { table } = resource.names;
  if (limit && resource.unique.length > 0)
    throw new TypeError(`The rows of ${table} are unique and cannot have a limit`);
  const columns = columnsOf(resource);
  const returned = returnedColumns(resource);
  const listing = listingOf(resource);
  const findText = `SELECT ${returned} FROM ${table} WHERE id = ANY ($1)`;
  const findOwnText = `
    SELECT place_, found.* FROM unnest($1::integer[], $2::text[]) WITH ORDINALITY AS asked (asked_id_, owner_, place_)
    CROSS JOIN LATERAL (
      SELECT ${returned} FROM ${table} WHERE id = asked_id_ AND (owner_ IS NULL OR owner_ = owner) LIMIT 1
    ) AS found`;
  const unique = resource.unique.map(columnNameIn(columns));
  const inserted = insertedColumns(resource);
  const createText = insertText(table, inserted, { unique, returned, limit });
  const setUpdatedAt = resource.stamps.includes('updatedAt') ? ['updated_at = now()'] : [];
  const updateText = conditionalText(resource, (first) =>
    writeText(table, columns, { first, others: setUpdatedAt, returned }),
  );
  const deleteText = conditionalText(
    resource,
    () => `DELETE FROM ${table} USING matching WHERE id = match_id_ RETURNING id`,
    limit && givenBackText(table, limit),
  );
  return {
    constraint: unique.length === 0 ? undefined : [table, ...unique, 'key'].join('_'),
    find(items) {
      // As text: the driver takes several times as long to render an array.
      const ids = `{${items.map(({ id }) => id).join()}}`;
      if (!resource.owned) return { text: findText, values: [ids] };
      return { text: findOwnText, values: [ids, items.map(({ owner }) => owner)] };
    },
    create: (rows) => ({
      text: createText,
      values: [...createValues(inserted, rows), sourcesInOrder(rows), ...(limit ? [limit.max] : [])],
    }),
    createIdempotent: idempotentCreateOf(resource, limit),
    update: (writes) => ({
      text: updateText,
      values: [...conditionValues(resource, writes), ...patchValues(columns, writes)],
    }),
    delete: (writes) => ({ text: deleteText, values: conditionValues(resource, writes) }),
    list: (queries) => listing.pages(queries),
    all: (query) => listing.all(query),
    count: (filters) => listing.count(filters),
  };
}

const columnNameIn = (columns: readonly Column[]) => (field: string) =>
  columns.find((column) => column.field === field)?.name ?? field;

/**
 * The insert of many items, with one array per column. Names that are not columns end with an underscore, which no column
 * does.
 *
 * With a unique constraint, it checks before it inserts, because each conflict uses an id; the conflict clause handles
 * concurrent inserts of an equal row. The subquery with a limit looks up each row in the index: PostgreSQL cannot turn it
 * into a join that reads the whole table, even if the table was small when the statement was planned.
 *
 * With a limit, it inserts the first items, as many as there is room for.
 */
function insertText(
  table: string,
  columns: readonly Column[],
  { unique, returned, limit }: { unique: readonly string[]; returned: string; limit: RowLimit | undefined },
) {
  const names = columns.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  const isEqual = unique.map((name) => `${table}.${name} = new.${name}`).join(' AND ');
  const [missing, onConflict] =
    unique.length === 0
      ? ['', '']
      : [
          `LEFT JOIN LATERAL (SELECT true AS is_there_ FROM ${table} WHERE ${isEqual} LIMIT 1) AS existing ON true
      WHERE is_there_ IS NULL`,
          `ON CONFLICT (${unique.join(', ')}) DO NOTHING`,
        ];
  const wanted = `SELECT cardinality($1::${columns[0]?.type}[])`;
  const room = limit ? `${roomText(table, limit, { wanted, max: `$${columns.length + 2}` })},` : '';
  const fits = limit ? 'JOIN room ON place_ <= places_' : '';
  return `
    WITH ${room} fresh AS MATERIALIZED (
      SELECT ${nextId(table)} AS id_, place_, ${names}
      FROM unnest(${arrays}) WITH ORDINALITY AS new (${names}, place_) ${fits} ${missing}
    ), ${insertedSourcesText(table, 'fresh', `$${columns.length + 1}`)}
    INSERT INTO ${table} (id, ${names}) OVERRIDING SYSTEM VALUE
    SELECT id_, ${names} FROM fresh CROSS JOIN sources
    ${onConflict} RETURNING ${returned}`;
}

/**
 * The update of many rows. Null in a patch sets a nullable column to null.
 *
 * @param first The number of its first parameter.
 * @param others Further assignments.
 */
function writeText(
  table: string,
  columns: readonly Column[],
  { first, others, returned }: { first: number; others: readonly string[]; returned: string },
) {
  const set: string[] = [];
  const arrays: string[] = [];
  const names: string[] = [];
  const add = (name: string, type: string) => {
    names.push(name);
    arrays.push(`$${first + names.length - 1}::${type}[]`);
  };
  for (const { name, type, isNullable } of columns) {
    if (isNullable) add(`sets_${name}_`, 'boolean');
    add(`new_${name}_`, type);
    set.push(
      isNullable
        ? `${name} = CASE WHEN sets_${name}_ THEN new_${name}_ ELSE ${name} END`
        : `${name} = coalesce(new_${name}_, ${name})`,
    );
  }
  return `
    UPDATE ${table} SET ${[...set, ...others, 'version = gen_random_uuid()'].join(', ')}
    FROM matching
    JOIN unnest($1, ${arrays.join(', ')}) AS new (new_id_, ${names.join(', ')}) ON new_id_ = match_id_
    WHERE id = match_id_
    RETURNING ${returned}`;
}

/** The parameters of an update, after those of its conditions. */
const patchValues = (columns: readonly Column[], writes: readonly ResourceWrite<Values>[]): unknown[][] =>
  columns.flatMap(({ field, isNullable }) => {
    const values = writes.map(({ patch }) => patch[field]);
    return isNullable ? [values.map((value) => value !== undefined), values] : [values];
  });

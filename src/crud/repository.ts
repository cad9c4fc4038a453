import type { Resource } from '../../schemas/resource.ts';
import { UniqueViolation } from '../database/failures.ts';
import type { RepositoryDatabases } from '../database/pooled-database.ts';
import type { NewRow, Values } from './columns.ts';
import {
  type ConditionalWrite,
  conflictOutcome,
  createOutcomes,
  type LockedRow,
  outcomesOf,
  type RowAccess,
  type WriteOutcome,
} from './conditional-write.ts';
import {
  type IdempotentCreate,
  type IdempotentOutcome,
  type IdempotentResult,
  idempotentOutcomesOf,
  KEYS_CONSTRAINT,
} from './idempotent-create.ts';
import { type Filters, type Identified, type ListParameters, type Page, readPages } from './listing.ts';
import { type ResourceWrite, type Statements, statementsOf } from './statements.ts';

/** A row in the contract, and its version, a UUID that changes with each write. */
export type RowOf<Item> = Item & { version: string };

/**
 * The repository of a resource. Each method runs one statement for many items, without batching: see `batched`. A feature
 * may replace each method.
 *
 * @param statements The statements; a feature may replace some of them.
 */
export function repositoryOf<
  Item extends Identified,
  Create extends Values,
  Update extends Values,
  Query extends ListParameters,
>(
  resource: Resource<Item, Create, Update, Query>,
  { main, lists }: RepositoryDatabases,
  statements: Statements<Create, Update, Query> = statementsOf(resource),
) {
  const { sortKeys: keys, unique } = resource;
  const idempotentOutcomes = idempotentOutcomesOf<RowOf<Item>>(resource);
  const keyOf = (item: Values) => unique.map((field) => item[field]).join('\0');
  /** All batches insert in the order of their unique keys, which prevents deadlocks. */
  const inOrder = <Row>(byKey: Iterable<readonly [string, Row]>): Row[] =>
    [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);

  return {
    /** Returns the rows with these ids, in order; undefined for missing ones, and for rows that the caller cannot access. */
    async findMany(items: readonly RowAccess[]): Promise<(RowOf<Item> | undefined)[]> {
      const { rows } = await main.query<RowOf<Item> & { place_?: number }>(statements.find(items));
      // A row without a place is the result of every item with its id.
      const found = new Map(
        rows.map((row) => [row.place_ === undefined ? row.id : `place ${row.place_}`, row]),
      );
      return items.map(({ id }, index) => found.get(`place ${index + 1}`) ?? found.get(id));
    },

    /**
     * Inserts items; each item that the statement does not insert is a conflict. The first of a set of duplicates wins.
     */
    async createMany(creates: readonly NewRow<Create>[]): Promise<WriteOutcome<RowOf<Item>>[]> {
      if (unique.length === 0) {
        const { rows } = await main.query<RowOf<Item>>(statements.create(creates));
        const created = rows.sort((a, b) => a.id - b.id);
        return createOutcomes(creates.map((_, index) => created[index]));
      }
      const firsts = new Map(creates.toReversed().map((create) => [keyOf(create.item), create]));
      const ordered = inOrder(firsts);
      const { rows } = await main.query<RowOf<Item>>(statements.create(ordered));
      const created = new Map(rows.map((row) => [keyOf(row), row]));
      return createOutcomes(
        creates.map((create) => {
          const key = keyOf(create.item);
          return firsts.get(key) === create ? created.get(key) : undefined;
        }),
      );
    },

    /**
     * Inserts items under different keys.
     *
     * @throws {UniqueViolation} if one of several creates has a key that a concurrent create stores; nothing is inserted.
     */
    async createIdempotentMany(
      creates: readonly IdempotentCreate<Create>[],
    ): Promise<IdempotentOutcome<RowOf<Item>>[]> {
      const ordered = inOrder(creates.map((create) => [keyOf(create.item), create] as const));
      const { rows } = await repeated(
        () => main.query<IdempotentResult>(statements.createIdempotent(ordered)),
        {
          // Alone, it finds the outcome of the concurrent create now.
          times: creates.length === 1 ? 3 : 0,
          after: (error) => error instanceof UniqueViolation && error.constraint === KEYS_CONSTRAINT,
        },
      );
      const outcomes = idempotentOutcomes(ordered, rows);
      const byCreate = new Map(ordered.map((create, index) => [create, outcomes[index]]));
      return creates.map((create) => byCreate.get(create) ?? { outcome: undefined, isReplayed: false });
    },

    /**
     * Updates the fields in the patches of different rows.
     *
     * @throws {UniqueViolation} if one of several writes is a conflict; no row is written.
     */
    async updateMany(writes: readonly ResourceWrite<Update>[]): Promise<WriteOutcome<RowOf<Item>>[]> {
      try {
        const { rows } = await main.query<LockedRow<RowOf<Item>>>(statements.update(writes));
        return outcomesOf(writes, rows);
      } catch (error) {
        return conflictOutcome(writes, error, statements.constraint);
      }
    },

    /** Deletes different rows. */
    async deleteMany(writes: readonly ConditionalWrite[]): Promise<WriteOutcome<Identified>[]> {
      const { rows } = await main.query<LockedRow<Identified>>(statements.delete(writes));
      return outcomesOf(writes, rows);
    },

    /** Returns the pages of queries of one shape (see `shapeOf`), in order. */
    listMany(queries: readonly Query[]): Promise<Page<Item>[]> {
      return readPages<Item>(lists, statements.list(queries), { queries, keys });
    },

    /** Counts the rows on all pages that match the filters. */
    async count(filters: Filters): Promise<number> {
      const { rows } = await lists.query<{ total: number }>(statements.count(filters));
      return rows[0]?.total ?? 0;
    },
  };
}

/** Runs a statement, and again after some of its failures. */
async function repeated<Result>(
  run: () => Promise<Result>,
  { times, after }: { times: number; after: (error: unknown) => boolean },
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (times === 0 || !after(error)) throw error;
    return repeated(run, { times: times - 1, after });
  }
}

/** The methods of a repository. */
export type Repository<
  Item extends Identified,
  Create extends Values,
  Update extends Values,
  Query extends ListParameters,
> = ReturnType<typeof repositoryOf<Item, Create, Update, Query>>;

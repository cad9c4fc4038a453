import type { Resource } from '../../schemas/resource.ts';
import type { Batching } from '../database/batching/batching.ts';
import type { Caller } from '../database/batching/group.ts';
import type { NewRow, Values } from './columns.ts';
import type { ConditionalWrite, RowAccess, WriteOutcome } from './conditional-write.ts';
import type { IdempotentCreate, IdempotentOutcome } from './idempotent-create.ts';
import {
  type Filters,
  filtersOf,
  type Identified,
  type ListParameters,
  type Page,
  shapeOf,
} from './listing.ts';
import type { Repository, RowOf } from './repository.ts';
import type { ResourceWrite } from './statements.ts';

/** Keeps two writes to one row out of one batch: each must see the result of the previous one. */
const onePerRow = { exclusiveKeyOf: ({ id }: ConditionalWrite): number => id };

/**
 * Coalesces concurrent calls of a repository: reads by id, writes and lists of one shape into one statement, equal
 * lists and counts into one result.
 */
export function batched<
  Item extends Identified,
  Create extends Values,
  Update extends Values,
  Query extends ListParameters,
>(
  resource: Resource<Item, Create, Update, Query>,
  repository: Repository<Item, Create, Update, Query>,
  batching: Batching,
) {
  const { searchable } = resource;
  const { table } = resource.names;
  const find = batching.batch(`${table}.find`, (items: readonly RowAccess[]) => repository.findMany(items), {
    // Callers with different rights do not share a result.
    keyOf: ({ id, owner }) => (owner === undefined ? id : `${id} ${owner}`),
  });
  const create = batching.batch(`${table}.create`, (rows: readonly NewRow<Create>[]) =>
    repository.createMany(rows),
  );
  const createIdempotent = batching.batch(
    `${table}.create-idempotent`,
    (creates: readonly IdempotentCreate<Create>[]) => repository.createIdempotentMany(creates),
    // Repeated requests never share a batch: the later one must find the outcome of the earlier one.
    { exclusiveKeyOf: ({ keyOwner, key }) => `${keyOwner}\0${key}` },
  );
  const update = batching.batch(
    `${table}.update`,
    (writes: readonly ResourceWrite<Update>[]) => repository.updateMany(writes),
    onePerRow,
  );
  const remove = batching.batch(
    `${table}.delete`,
    (writes: readonly ConditionalWrite[]) => repository.deleteMany(writes),
    onePerRow,
  );
  const list = batching.batchByShape(
    `${table}.list`,
    (queries: readonly Query[]) => repository.listMany(queries),
    {
      laneOf: ({ q }) => (q === undefined ? 'lists' : 'searches'),
      shapeOf: (query) => shapeOf(resource, query),
    },
  );
  const count = batching.dedupe(
    `${table}.count`,
    (filters: Filters) => repository.count(filters),
    () => 'counts',
  );
  const filters = searchable.length === 0 ? filtersOf(resource) : [...filtersOf(resource), 'q'];

  return {
    /** Returns the row with this id; undefined if there is none that the caller can access. */
    find(item: RowAccess, caller?: Caller): Promise<RowOf<Item> | undefined> {
      return find(item, caller);
    },
    /** Inserts an item. */
    create(row: NewRow<Create>, caller?: Caller): Promise<WriteOutcome<RowOf<Item>>> {
      return create(row, caller);
    },
    /** Inserts an item, unless an earlier request with the key has; then it returns the earlier outcome. */
    createIdempotent(
      create: IdempotentCreate<Create>,
      caller?: Caller,
    ): Promise<IdempotentOutcome<RowOf<Item>>> {
      return createIdempotent(create, caller);
    },
    /** Updates the fields in the patch. */
    update(write: ResourceWrite<Update>, caller?: Caller): Promise<WriteOutcome<RowOf<Item>>> {
      return update(write, caller);
    },
    delete(write: ConditionalWrite, caller?: Caller): Promise<WriteOutcome<Identified>> {
      return remove(write, caller);
    },
    /** Returns one page. */
    list(query: Query, caller?: Caller): Promise<Page<Item>> {
      return list(query, caller);
    },
    /** Counts the rows on all pages that match the filters of a query. */
    count(query: Query, caller?: Caller): Promise<number> {
      const values: Values = query;
      return count(Object.fromEntries(filters.map((name) => [name, values[name]])), caller);
    },
  };
}

/** A repository that coalesces concurrent calls. */
export type BatchedRepository<
  Item extends Identified,
  Create extends Values,
  Update extends Values,
  Query extends ListParameters,
> = ReturnType<typeof batched<Item, Create, Update, Query>>;

import {
  type Task,
  type TaskCreate,
  type TaskQuery,
  type TaskUpdate,
  taskSortKeys,
} from '../../../schemas/task.ts';
import {
  type ConditionalWrite,
  onePerRow,
  runConditionalWrites,
  type WriteOutcome,
} from '../../crud/conditional-write.ts';
import { type Bind, containsText, countRows, type Listing, type Page, readPage } from '../../crud/listing.ts';
import type { Caller } from '../../database/batching/batcher.ts';
import type { Batching, Runner } from '../../database/batching/batching.ts';
import type { Queryable, RepositoryDatabases } from '../../database/queryable.ts';

/** A row of the table `tasks`. */
export interface TaskRow extends Task {
  /** For the people who run the service; no answer holds it. */
  internal_note: string;
  /** Changes with each write; a UUID. */
  version: string;
}

/** A task to write: those fields that the patch holds. */
export interface TaskWrite extends ConditionalWrite {
  patch: TaskUpdate;
}

const FIELDS = 'id, title, description, done, created_at AS "createdAt", updated_at AS "updatedAt"';
const COLUMNS = `${FIELDS}, internal_note, version`;

const listing: Listing<typeof taskSortKeys> = {
  table: 'tasks',
  columns: FIELDS,
  keys: taskSortKeys,
  expressions: { id: 'id', title: 'title', createdAt: 'created_at', updatedAt: 'updated_at' },
};

type TaskFilter = Pick<TaskQuery, 'done' | 'q'>;

const conditions =
  ({ done, q }: TaskFilter) =>
  (bind: Bind) => {
    const where: string[] = [];
    if (done !== undefined) where.push(`done = ${bind(done)}`);
    if (q !== undefined) where.push(containsText(['title', 'description'], bind(q)));
    return where;
  };

/** The tasks, of which there are never more than a given number. */
export class TasksRepository {
  readonly #database: Queryable;
  readonly #lists: Queryable;
  readonly #maxTasks: number;
  /** One page of tasks. */
  readonly list: Runner<TaskQuery, Page<Task>>;
  readonly #count: Runner<TaskFilter, number>;
  /** The task with this id; undefined when there is none. */
  readonly find: Runner<number, TaskRow | undefined>;
  /** Adds a task; undefined when there are as many as there may be. */
  readonly create: Runner<TaskCreate, TaskRow | undefined>;
  /** Writes to a task. */
  readonly update: Runner<TaskWrite, WriteOutcome<TaskRow>>;
  readonly delete: Runner<ConditionalWrite, WriteOutcome<{ id: number }>>;

  /** @param maxTasks How many tasks there may be; 0 means any number. */
  constructor({ main, lists }: RepositoryDatabases, batching: Batching, maxTasks: number) {
    this.#database = main;
    this.#lists = lists;
    this.#maxTasks = maxTasks;
    this.list = batching.sameOnce(
      'tasks.list',
      (query) => this.#list(query),
      ({ q }) => (q === undefined ? 'lists' : 'searches'),
    );
    this.#count = batching.sameOnce(
      'tasks.count',
      (filter) => countRows(this.#lists, listing, conditions(filter)),
      () => 'counts',
    );
    this.find = batching.together('tasks.find', (ids) => this.#findAll(ids), { keyOf: (id) => id });
    this.create = batching.together('tasks.create', (tasks) => this.#createAll(tasks));
    this.update = batching.together(
      'tasks.update',
      (writes: readonly TaskWrite[]) => this.#updateAll(writes),
      onePerRow,
    );
    this.delete = batching.together('tasks.delete', (writes) => this.#deleteAll(writes), onePerRow);
  }

  /** How many tasks meet the filters of a query, on all pages. */
  count({ done, q }: TaskQuery, caller?: Caller): Promise<number> {
    return this.#count({ done, q }, caller);
  }

  #list(query: TaskQuery): Promise<Page<Task>> {
    return readPage(this.#lists, listing, { ...query, where: conditions(query) });
  }

  async #findAll(ids: readonly number[]): Promise<(TaskRow | undefined)[]> {
    const { rows } = await this.#database.query<TaskRow>({
      text: `SELECT ${COLUMNS} FROM tasks WHERE id = ANY ($1)`,
      values: [ids],
    });
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id));
  }

  /**
   * Adds as many of the tasks as there is room for, in their order. Locking the total, which a trigger keeps, makes
   * concurrent creates wait for each other and see each other's tasks.
   */
  async #createAll(tasks: readonly TaskCreate[]): Promise<(TaskRow | undefined)[]> {
    const { rows } = await this.#database.query<TaskRow>({
      text: `
        WITH room AS (
          SELECT CASE $4::integer WHEN 0 THEN cardinality($1::text[]) ELSE $4 - total END AS places
          FROM task_totals WHERE only_row AND ($4 = 0 OR total < $4) FOR UPDATE
        )
        INSERT INTO tasks (title, description, done)
        SELECT title, description, done
        FROM room, unnest($1::text[], $2::text[], $3::boolean[]) WITH ORDINALITY AS new (title, description, done, place)
        WHERE place <= places ORDER BY place
        RETURNING ${COLUMNS}`,
      values: [
        tasks.map(({ title }) => title),
        tasks.map(({ description = '' }) => description),
        tasks.map(({ done = false }) => done),
        this.#maxTasks,
      ],
    });
    const created = rows.sort((a, b) => a.id - b.id);
    return tasks.map((_, index) => created[index]);
  }

  #updateAll(writes: readonly TaskWrite[]): Promise<WriteOutcome<TaskRow>[]> {
    return runConditionalWrites(this.#database, 'tasks', writes, {
      text: `
        UPDATE tasks SET
          title = coalesce(new_title, title),
          description = coalesce(new_description, description),
          done = coalesce(new_done, done),
          updated_at = now(),
          version = gen_random_uuid()
        FROM matching
        JOIN unnest($1, $4::text[], $5::text[], $6::boolean[])
          AS new (new_id, new_title, new_description, new_done) ON new_id = match_id
        WHERE id = match_id
        RETURNING ${COLUMNS}`,
      values: [
        writes.map(({ patch }) => patch.title),
        writes.map(({ patch }) => patch.description),
        writes.map(({ patch }) => patch.done),
      ],
    });
  }

  #deleteAll(writes: readonly ConditionalWrite[]): Promise<WriteOutcome<{ id: number }>[]> {
    return runConditionalWrites(this.#database, 'tasks', writes, {
      text: 'DELETE FROM tasks USING matching WHERE id = match_id RETURNING id',
    });
  }
}

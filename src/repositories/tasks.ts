import type { QueryConfig } from 'pg';
import {
  type Task,
  type TaskCreate,
  type TaskQuery,
  type TaskUpdate,
  taskSortKeys,
} from '../../schemas/task.ts';
import type { Batching, Runner } from '../database/batching.ts';
import type { Queryable } from '../database/queryable.ts';
import { conditionalWrite, VERSION_MATCHES, type Versions, type WriteOutcome } from './conditional-write.ts';
import { type Bind, containsText, countRows, type Listing, type Page, readPage } from './listing.ts';

/** A row of the table `tasks`. */
export interface TaskRow extends Task {
  /** For the people who run the service; no answer holds it. */
  internal_note: string;
  /** Changes with each write; a UUID. */
  version: string;
}

const COLUMNS = `id, title, description, done, internal_note,
  created_at AS "createdAt", updated_at AS "updatedAt", version`;

const listing: Listing<typeof taskSortKeys> = {
  table: 'tasks',
  columns: COLUMNS,
  keys: taskSortKeys,
  expressions: { id: 'id', title: 'title', createdAt: 'created_at', updatedAt: 'updated_at' },
};

const conditions =
  ({ done, q }: TaskQuery) =>
  (bind: Bind) => {
    const where: string[] = [];
    if (done !== undefined) where.push(`done = ${bind(done)}`);
    if (q !== undefined) where.push(containsText(['title', 'description'], bind(q)));
    return where;
  };

/** The tasks, of which there are never more than a given number. */
export class TasksRepository {
  readonly #database: Queryable;
  readonly #maxTasks: number;
  /** One page of tasks. */
  readonly list: Runner<TaskQuery, Page<TaskRow>>;
  /** The task with this id; undefined when there is none. */
  readonly find: Runner<number, TaskRow | undefined>;
  /** Adds a task; undefined when there are as many as there may be. */
  readonly create: Runner<TaskCreate, TaskRow | undefined>;

  /** @param maxTasks How many tasks there may be; 0 means any number. */
  constructor(database: Queryable, batching: Batching, maxTasks: number) {
    this.#database = database;
    this.#maxTasks = maxTasks;
    this.list = batching.sameOnce('tasks.list', (query) => this.#list(query));
    this.find = batching.together('tasks.find', (ids) => this.#findAll(ids), { keyOf: (id) => id });
    this.create = batching.together('tasks.create', (tasks) => this.#createAll(tasks));
  }

  count(query: TaskQuery): Promise<number> {
    return countRows(this.#database, listing, conditions(query));
  }

  #list(query: TaskQuery): Promise<Page<TaskRow>> {
    return readPage(this.#database, listing, { ...query, where: conditions(query) });
  }

  async #findAll(ids: readonly number[]): Promise<(TaskRow | undefined)[]> {
    const { rows } = await this.#database.query<TaskRow>({
      name: 'find-tasks',
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
      name: 'create-tasks',
      text: `
        WITH room AS (
          SELECT CASE $4::integer WHEN 0 THEN cardinality($1::text[]) ELSE $4 - total END AS places
          FROM task_totals WHERE $4 = 0 OR total < $4 FOR UPDATE
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

  replace(id: number, task: TaskCreate, versions: Versions): Promise<WriteOutcome<TaskRow>> {
    const { title, description = '', done = false } = task;
    return this.update(id, { title, description, done }, versions);
  }

  /** Writes those fields that the patch holds. */
  update(
    id: number,
    { title, description, done }: TaskUpdate,
    versions: Versions,
  ): Promise<WriteOutcome<TaskRow>> {
    return this.#write(id, versions, {
      name: 'update-task',
      text: `
        UPDATE tasks SET
          title = coalesce($3, title),
          description = coalesce($4, description),
          done = coalesce($5, done),
          updated_at = now(),
          version = gen_random_uuid()
        WHERE id = $1 AND ${VERSION_MATCHES}
        RETURNING ${COLUMNS}`,
      values: [id, versions, title, description, done],
    });
  }

  delete(id: number, versions: Versions): Promise<WriteOutcome<{ id: number }>> {
    return this.#write(id, versions, {
      name: 'delete-task',
      text: `DELETE FROM tasks WHERE id = $1 AND ${VERSION_MATCHES} RETURNING id`,
      values: [id, versions],
    });
  }

  #write<Row extends { id: number }>(id: number, versions: Versions, statement: QueryConfig) {
    const exists = { name: 'task-exists', text: 'SELECT FROM tasks WHERE id = $1', values: [id] };
    return conditionalWrite<Row>(this.#database, statement, versions, exists);
  }
}

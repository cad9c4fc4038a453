import { type TaskCreate, task } from '../../../schemas/task.ts';
import { batched } from '../../crud/batched.ts';
import { insertedSourcesText, nextId, sourcesInOrder } from '../../crud/change-source.ts';
import { createValues, insertedColumns, type NewRow, returnedColumns } from '../../crud/columns.ts';
import { contractOf } from '../../crud/contract.ts';
import { idempotentCreateOf } from '../../crud/idempotent-create.ts';
import { repositoryOf } from '../../crud/repository.ts';
import { registerRoutes, routesOf } from '../../crud/routes.ts';
import { statementsOf } from '../../crud/statements.ts';
import type { Statement } from '../../database/pooled-database.ts';
import { defineError } from '../../errors/define-error.ts';
import { registerTransfer } from '../../transfer/routes.ts';
import type { Feature } from '../feature.ts';

const errors = {
  notFound: defineError('task_not_found', 404, 'Task not found'),
  conflict: defineError('task_limit_reached', 409, 'Task limit reached'),
};

/** The task manager. */
export const tasks: Feature = async (app, { maxTasks }) => {
  const statements = taskStatements(maxTasks);
  const repository = batched(task, repositoryOf(task, app.databases, statements), app.batching);
  registerRoutes(app, task, contractOf(task, errors), routesOf(task, repository, errors));
  registerTransfer(app, task, errors, statements);
};

/** @param maxTasks The maximum number of tasks; 0 means no limit. */
export const taskStatements = (maxTasks: number) => ({
  ...statementsOf(task),
  createIdempotent: idempotentCreateOf(task, { text: (first) => roomText(`$${first}`), value: maxTasks }),
  create: (rows: readonly NewRow<TaskCreate>[]): Statement => ({
    text: CREATE_WITHIN,
    values: [...createValues(insertedColumns(task), rows), sourcesInOrder(rows), maxTasks],
  }),
});

/**
 * The number of tasks that may be created; no row if there is no room. The lock on the total, which triggers maintain, serialises
 * concurrent creates.
 *
 * @param limit The parameter with the maximum number of tasks.
 */
const roomText = (limit: string) => `
  SELECT CASE ${limit}::integer WHEN 0 THEN 2147483647 ELSE ${limit} - total END AS places
  FROM task_totals WHERE only_row AND (${limit} = 0 OR total < ${limit}) FOR UPDATE`;

/** Inserts tasks in order, up to the limit. */
const CREATE_WITHIN = `
  WITH room AS (${roomText('$6')}), fresh AS MATERIALIZED (
    SELECT ${nextId('tasks')} AS id_, place_, title, description, done, owner
    FROM room,
      unnest($1::text[], $2::text[], $3::boolean[], $4::text[]) WITH ORDINALITY AS new (title, description, done, owner, place_)
    WHERE place_ <= places
  ), ${insertedSourcesText('fresh', '$5')}
  INSERT INTO tasks (id, title, description, done, owner) OVERRIDING SYSTEM VALUE
  SELECT id_, title, description, done, owner FROM fresh CROSS JOIN sources ORDER BY place_
  RETURNING ${returnedColumns(task)}`;

import { type TaskCreate, task } from '../../../schemas/task.ts';
import { returnedColumns, statementsOf } from '../../crud/statements.ts';
import type { Statement } from '../../database/queryable.ts';

/**
 * The statements of tasks, of which there are never more than a given number.
 *
 * @param maxTasks How many tasks there may be; 0 means any number.
 */
export const taskStatements = (maxTasks: number) => ({
  ...statementsOf(task),
  create: (tasks: readonly TaskCreate[]) => createWithin(maxTasks, tasks),
});

/**
 * Adds as many of the tasks as there is room for, in their order. Locking the total, which a trigger keeps, makes
 * concurrent creates wait for each other and see each other's tasks.
 */
function createWithin(maxTasks: number, tasks: readonly TaskCreate[]): Statement {
  return {
    text: `
      WITH room AS (
        SELECT CASE $4::integer WHEN 0 THEN cardinality($1::text[]) ELSE $4 - total END AS places
        FROM task_totals WHERE only_row AND ($4 = 0 OR total < $4) FOR UPDATE
      )
      INSERT INTO tasks (title, description, done)
      SELECT title, description, done
      FROM room, unnest($1::text[], $2::text[], $3::boolean[]) WITH ORDINALITY AS new (title, description, done, place)
      WHERE place <= places ORDER BY place
      RETURNING ${RETURNED}`,
    values: [
      tasks.map(({ title }) => title),
      tasks.map(({ description = '' }) => description),
      tasks.map(({ done = false }) => done),
      maxTasks,
    ],
  };
}

const RETURNED = returnedColumns(task);

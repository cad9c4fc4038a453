import { type TaskCreate, task } from '../../../schemas/task.ts';
import { nextId, sourcesInOrder, sourcesText } from '../../../src/crud/change-source.ts';
import { createValues, insertedColumns, type NewRow, returnedColumns } from '../../../src/crud/columns.ts';
import type { IdempotentCreate } from '../../../src/crud/idempotent-create.ts';
import { type RowLimit, roomText } from '../../../src/crud/row-limit.ts';
import { statementsOf } from '../../../src/crud/statements.ts';

/** The statements of tasks in release 0.2.0 and until migration 012, whose triggers count: they only read the counter, and lock it. */
export function previousStatements(limit: RowLimit) {
  const room = roomText('tasks', limit, { wanted: 'SELECT count(*)::integer FROM fresh', max: '$9' });
  return {
    ...statementsOf(task),
    create: (rows: readonly NewRow<TaskCreate>[]) => ({
      text: CREATE,
      values: [...createValues(insertedColumns(task), rows), sourcesInOrder(rows), limit.max],
    }),
    createIdempotent(creates: readonly IdempotentCreate<TaskCreate>[]) {
      const { text, values = [] } = statementsOf(task, limit).createIdempotent(creates);
      if (!text.includes(room)) throw new Error('The statement takes room in another way');
      return { text: text.replace(room, () => `room (places_) AS (${readRoom('$9')})`), values };
    },
  };
}

const readRoom = (limit: string) => `
  SELECT CASE ${limit}::integer WHEN 0 THEN 2147483647 ELSE ${limit} - total END AS places
  FROM task_totals WHERE only_row AND (${limit} = 0 OR total < ${limit}) FOR UPDATE`;

const CREATE = `
  WITH room AS (${readRoom('$6')}), fresh AS MATERIALIZED (
    SELECT ${nextId('tasks')} AS id_, place_, title, description, done, owner
    FROM room,
      unnest($1::text[], $2::text[], $3::boolean[], $4::text[]) WITH ORDINALITY AS new (title, description, done, owner, place_)
    WHERE place_ <= places
  ), ${sourcesText('(SELECT jsonb_object_agg(id_, $5::jsonb -> (place_ - 1)::integer)::text FROM fresh)')}
  INSERT INTO tasks (id, title, description, done, owner) OVERRIDING SYSTEM VALUE
  SELECT id_, title, description, done, owner FROM fresh CROSS JOIN sources ORDER BY place_
  RETURNING ${returnedColumns(task)}`;

import type { Pool } from 'pg';
import type { TaskCreate, TaskQuery } from './schemas.ts';

export interface Task {
  id: number;
  title: string;
  description: string;
  done: boolean;
  createdAt: Date;
  updatedAt: Date;
}

const columns = 'id, title, description, done, created_at AS "createdAt", updated_at AS "updatedAt"';

export async function findTask(pool: Pool, id: number): Promise<Task | undefined> {
  const { rows } = await pool.query<Task>({
    name: 'find-task',
    text: `SELECT ${columns} FROM tasks WHERE id = $1`,
    values: [id],
  });
  return rows[0];
}

export async function listTasks(pool: Pool, { done, limit }: TaskQuery): Promise<Task[]> {
  const { rows } = await pool.query<Task>(
    done === undefined
      ? {
          name: 'list-tasks',
          text: `SELECT ${columns} FROM tasks ORDER BY id LIMIT $1`,
          values: [limit],
        }
      : {
          name: 'list-tasks done',
          text: `SELECT ${columns} FROM tasks WHERE done = $2 ORDER BY id LIMIT $1`,
          values: [limit, done],
        },
  );
  return rows;
}

export async function createTask(pool: Pool, { title, description, done }: TaskCreate): Promise<Task> {
  const { rows } = await pool.query<Task>({
    name: 'create-task',
    text: `INSERT INTO tasks (title, description, done) VALUES ($1, $2, $3) RETURNING ${columns}`,
    values: [title, description, done],
  });
  const [task] = rows;
  if (!task) throw new Error('The insert returned no row.');
  return task;
}

export async function replaceTask(
  pool: Pool,
  id: number,
  { title, description, done }: TaskCreate,
): Promise<Task | undefined> {
  const { rows } = await pool.query<Task>({
    name: 'replace-task',
    text: `UPDATE tasks SET title = $2, description = $3, done = $4, updated_at = now(), version = gen_random_uuid()
           WHERE id = $1 RETURNING ${columns}`,
    values: [id, title, description, done],
  });
  return rows[0];
}

export async function deleteTask(pool: Pool, id: number): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'delete-task',
    text: 'DELETE FROM tasks WHERE id = $1',
    values: [id],
  });
  return rowCount === 1;
}

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { HttpError } from './errors.ts';
import { Id, responses, Task, TaskCreate, TaskQuery } from './schemas.ts';

const columns = 'id, title, description, done, created_at AS "createdAt", updated_at AS "updatedAt"';

export const taskRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/',
    { schema: { querystring: TaskQuery, response: responses({ 200: Type.Array(Task) }) } },
    async ({ query: { done, limit } }) => {
      const isFiltered = done !== undefined;
      const { rows } = await app.pg.query<Task>({
        name: isFiltered ? 'list-tasks done' : 'list-tasks',
        text: `SELECT ${columns} FROM tasks ${isFiltered ? 'WHERE done = $2' : ''} ORDER BY id LIMIT $1`,
        values: isFiltered ? [limit, done] : [limit],
      });
      return rows;
    },
  );

  app.post(
    '/',
    { schema: { body: TaskCreate, response: responses({ 201: Task }) } },
    async ({ body: { title, description, done } }, reply) => {
      const { rows } = await app.pg.query<Task>({
        name: 'create-task',
        text: `INSERT INTO tasks (title, description, done) VALUES ($1, $2, $3) RETURNING ${columns}`,
        values: [title, description, done],
      });
      if (!rows[0]) throw new Error('The insert returned no row.');
      reply.code(201).header('location', `/tasks/${rows[0].id}`);
      return rows[0];
    },
  );

  app.get('/:id', { schema: { params: Id, response: responses({ 200: Task }) } }, async ({ params }) => {
    const { rows } = await app.pg.query<Task>({
      name: 'find-task',
      text: `SELECT ${columns} FROM tasks WHERE id = $1`,
      values: [params.id],
    });
    if (!rows[0]) throw new HttpError(404, 'Task not found');
    return rows[0];
  });

  app.put(
    '/:id',
    { schema: { params: Id, body: TaskCreate, response: responses({ 200: Task }) } },
    async ({ params, body: { title, description, done } }) => {
      const { rows } = await app.pg.query<Task>({
        name: 'replace-task',
        text: `UPDATE tasks SET title = $2, description = $3, done = $4, updated_at = now(), version = gen_random_uuid()
               WHERE id = $1 RETURNING ${columns}`,
        values: [params.id, title, description, done],
      });
      if (!rows[0]) throw new HttpError(404, 'Task not found');
      return rows[0];
    },
  );

  app.delete(
    '/:id',
    { schema: { params: Id, response: responses({ 204: Type.Null() }) } },
    async ({ params }, reply) => {
      const { rowCount } = await app.pg.query({
        name: 'delete-task',
        text: 'DELETE FROM tasks WHERE id = $1',
        values: [params.id],
      });
      if (rowCount === 0) throw new HttpError(404, 'Task not found');
      reply.code(204);
      return null;
    },
  );
};

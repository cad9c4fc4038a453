import { Hono } from 'hono';
import type { Pool } from 'pg';
import { HttpError } from './errors.ts';
import { Id, TaskCreate, TaskQuery } from './schemas.ts';
import { createTask, deleteTask, findTask, listTasks, replaceTask } from './tasks-repository.ts';
import { validate } from './validator.ts';

export const tasks = (pool: Pool) =>
  new Hono()
    .get('/', validate('query', TaskQuery), async (context) =>
      context.json(await listTasks(pool, context.req.valid('query'))),
    )
    .post('/', validate('json', TaskCreate), async (context) => {
      const task = await createTask(pool, context.req.valid('json'));
      return context.json(task, 201, { Location: `/tasks/${task.id}` });
    })
    .get('/:id', validate('param', Id), async (context) => {
      const task = await findTask(pool, context.req.valid('param').id);
      if (!task) throw new HttpError(404, 'Task not found');
      return context.json(task);
    })
    .put('/:id', validate('param', Id), validate('json', TaskCreate), async (context) => {
      const task = await replaceTask(pool, context.req.valid('param').id, context.req.valid('json'));
      if (!task) throw new HttpError(404, 'Task not found');
      return context.json(task);
    })
    .delete('/:id', validate('param', Id), async (context) => {
      const isDeleted = await deleteTask(pool, context.req.valid('param').id);
      if (!isDeleted) throw new HttpError(404, 'Task not found');
      return context.body(null, 204);
    });

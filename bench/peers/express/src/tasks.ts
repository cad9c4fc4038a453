import { Router } from 'express';
import type { Pool } from 'pg';
import { HttpError } from './errors.ts';
import { Id, TaskCreate, TaskQuery } from './schemas.ts';
import { createTask, deleteTask, findTask, listTasks, replaceTask } from './tasks-repository.ts';

export function tasksRouter(pool: Pool): Router {
  const router = Router();

  router.get('/', async (request, response) => {
    response.json(await listTasks(pool, TaskQuery.parse(request.query)));
  });

  router.post('/', async (request, response) => {
    const task = await createTask(pool, TaskCreate.parse(request.body));
    response.status(201).location(`/tasks/${task.id}`).json(task);
  });

  router.get('/:id', async (request, response) => {
    const task = await findTask(pool, Id.parse(request.params).id);
    if (!task) throw new HttpError(404, 'Task not found');
    response.json(task);
  });

  router.put('/:id', async (request, response) => {
    const { id } = Id.parse(request.params);
    const task = await replaceTask(pool, id, TaskCreate.parse(request.body));
    if (!task) throw new HttpError(404, 'Task not found');
    response.json(task);
  });

  router.delete('/:id', async (request, response) => {
    const isDeleted = await deleteTask(pool, Id.parse(request.params).id);
    if (!isDeleted) throw new HttpError(404, 'Task not found');
    response.status(204).end();
  });

  return router;
}

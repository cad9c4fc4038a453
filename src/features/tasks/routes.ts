import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { writtenRow } from '../../crud/written-row.ts';
import { ServiceError } from '../../errors/service-error.ts';
import { pathUnderBase } from '../../http/base-path.ts';
import { callerOf } from '../../http/caller.ts';
import {
  checkCreatePreconditions,
  entityTag,
  isNotModified,
  REVALIDATED,
  writePreconditions,
} from '../../http/conditional-requests.ts';
import { describePage } from '../../http/pagination.ts';
import { refusePartialPut } from '../../http/requests.ts';
import {
  createTask,
  deleteTask,
  getTask,
  listTasks,
  replaceTask,
  taskLinks,
  updateTask,
} from './contract.ts';
import type { TasksRepository } from './repository.ts';

/** The task manager over HTTP. */
export const taskRoutes: FastifyPluginAsyncTypebox<{ tasks: TasksRepository }> = async (app, { tasks }) => {
  app.get('', { schema: listTasks, links: taskLinks.list }, async (request, reply) => {
    const { query } = request;
    const caller = callerOf(request);
    const [page, total] = await Promise.all([
      tasks.list(query, caller),
      query.count ? tasks.count(query, caller) : undefined,
    ]);
    describePage(request, reply, { path: '/tasks', query, next: page.next, total });
    return page.rows;
  });

  app.post('', { schema: createTask, links: taskLinks.create }, async (request, reply) => {
    checkCreatePreconditions(request.headers);
    const task = await tasks.create(request.body, callerOf(request));
    if (!task) throw new ServiceError('task_limit_reached');
    return reply
      .code(201)
      .header('location', pathUnderBase(request.originalUrl, `/tasks/${task.id}`))
      .header('etag', entityTag(task.version))
      .send(task);
  });

  app.get('/:id', { schema: getTask, links: taskLinks.get }, async (request, reply) => {
    const task = await tasks.find(request.params.id, callerOf(request));
    if (!task) throw new ServiceError('task_not_found');
    reply.header('etag', entityTag(task.version)).header('cache-control', REVALIDATED);
    return isNotModified(request.headers, task.version) ? reply.code(304).send() : task;
  });

  app.put(
    '/:id',
    { schema: replaceTask, links: taskLinks.write, onRequest: refusePartialPut },
    async (request, reply) => {
      const preconditions = writePreconditions(request.headers);
      const task = writtenRow(
        await tasks.update(
          { ...request.params, ...preconditions, patch: { description: '', done: false, ...request.body } },
          callerOf(request),
        ),
        'task_not_found',
      );
      reply.header('etag', entityTag(task.version));
      return task;
    },
  );

  app.patch('/:id', { schema: updateTask, links: taskLinks.write }, async (request, reply) => {
    const preconditions = writePreconditions(request.headers);
    const task = writtenRow(
      await tasks.update({ ...request.params, ...preconditions, patch: request.body }, callerOf(request)),
      'task_not_found',
    );
    reply.header('etag', entityTag(task.version));
    return task;
  });

  app.delete('/:id', { schema: deleteTask }, async (request, reply) => {
    const preconditions = writePreconditions(request.headers);
    writtenRow(
      await tasks.delete({ ...request.params, ...preconditions }, callerOf(request)),
      'task_not_found',
    );
    return reply.code(204).send();
  });
};

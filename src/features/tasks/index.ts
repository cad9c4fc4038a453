import { task } from '../../../schemas/task.ts';
import { batched } from '../../crud/batched.ts';
import { contractOf } from '../../crud/contract.ts';
import { repositoryOf } from '../../crud/repository.ts';
import { registerRoutes, routesOf } from '../../crud/routes.ts';
import { defineError } from '../../errors/define-error.ts';
import type { Feature } from '../feature.ts';
import { taskStatements } from './statements.ts';

const errors = {
  notFound: defineError('task_not_found', 404, 'Task not found'),
  conflict: defineError('task_limit_reached', 409, 'Task limit reached'),
};

/** The task manager. */
export const tasks: Feature = async (app, { maxTasks }) => {
  const statements = taskStatements(maxTasks);
  const repository = batched(task, repositoryOf(task, app.databases, statements), app.batching);
  registerRoutes(app, task, contractOf(task, errors), routesOf(task, repository, errors));
};

import { task } from '../../../schemas/task.ts';
import { batched } from '../../crud/batched.ts';
import { contractOf } from '../../crud/contract.ts';
import { repositoryOf } from '../../crud/repository.ts';
import { registerRoutes, routesOf } from '../../crud/routes.ts';
import { type RowLimit, recount } from '../../crud/row-limit.ts';
import { statementsOf } from '../../crud/statements.ts';
import { defineError } from '../../errors/define-error.ts';
import { registerTransfer } from '../../transfer/routes.ts';
import type { Feature } from '../feature.ts';

const errors = {
  notFound: defineError('task_not_found', 404, 'Task not found'),
  conflict: defineError('task_limit_reached', 409, 'Task limit reached'),
};

/** The counter may be wrong after changes that it does not notice. */
const RECOUNT = { retries: 0, retryDelaySeconds: 60, expireSeconds: 60, schedule: '*/10 * * * *' };

/** The task manager. */
export const tasks: Feature = async (app, { maxTasks }) => {
  const limit = taskLimit(maxTasks);
  const statements = statementsOf(task, limit);
  const repository = batched(task, repositoryOf(task, app.databases, statements), app.batching);
  registerRoutes(app, task, contractOf(task, errors), routesOf(task, repository, errors));
  registerTransfer(app, task, errors, statements);
  if (!limit) return;

  app.defineQueue('task-counter', RECOUNT, async () => {
    const wrong = await recount(app.pg.pool, task.names.table, limit);
    if (wrong) app.log.warn(wrong, 'The number of tasks was wrong and is corrected');
  });
};

/** @param maxTasks The maximum number of tasks; 0 means no limit. */
export const taskLimit = (maxTasks: number): RowLimit | undefined =>
  maxTasks === 0 ? undefined : { counter: 'task_totals', max: maxTasks };

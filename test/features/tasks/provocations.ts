import { task } from '../../../schemas/task.ts';
import { newTask } from '../../support/builders.ts';
import { type Change, type Provocations, resourceProvocations } from '../../support/provocations.ts';

/** Creates tasks until there is no room for another one. */
const whileFull: Change = async (request, { call, t }) => {
  while (true) {
    const { status, headers } = await call('POST', '/tasks', { json: newTask() });
    if (status !== 201) return request;
    t.teardown(() => call('DELETE', String(headers.location)));
  }
};

/** The errors of tasks. */
export const provocations: Provocations = { ...resourceProvocations(task), TaskLimitReached: whileFull };

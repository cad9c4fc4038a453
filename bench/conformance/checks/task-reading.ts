import type { Check } from '../check.ts';
import { limitOf } from '../contract.ts';
import { expectEqual, expectError, expectJson, expectStatus } from '../expectations.ts';
import { readingChecks } from './reading.ts';

const { minimum, maximum, default: usual } = limitOf('/tasks');

export const taskReadingChecks: Check[] = [
  ...readingChecks('tasks'),
  {
    name: 'GET /tasks/{id} answers with the row, as another wrote it, without what is not for clients',
    run: async ({ send, tables, token }) => {
      const row = await tables.addTask(token, 'written elsewhere', true);
      const answer = await send('GET', `/tasks/${row.id}`);
      expectStatus(answer, 200);
      expectEqual(`${answer.of}: body`, expectJson(answer, 'Task'), row);
    },
  },
  {
    name: 'GET /tasks/{id} shows what another changed: nothing is cached',
    run: async ({ send, tables, token }) => {
      const row = await tables.addTask('before', token);
      expectStatus(await send('GET', `/tasks/${row.id}`), 200);
      await tables.query("UPDATE tasks SET title = 'after', done = true WHERE id = $1", [row.id]);
      const changed = await send('GET', `/tasks/${row.id}`);
      expectEqual(`${changed.of}: body`, expectJson(changed, 'Task'), { ...row, title: 'after', done: true });
    },
  },
  ...[undefined, minimum, 7, maximum].map(
    (limit): Check => ({
      name: `GET /tasks gives ${limit === undefined ? `${usual} rows by default` : `limit=${limit} rows`}, in the order of their ids`,
      isAlone: true,
      run: async ({ send, tables, token }) => {
        await tables.addTasks(maximum + 1, token);
        const answer = await send('GET', limit === undefined ? '/tasks' : `/tasks?limit=${limit}`);
        expectStatus(answer, 200);
        const rows = await tables.firstTasks(limit ?? usual);
        expectEqual(`${answer.of}: body`, expectJson(answer, 'TaskList'), rows);
      },
    }),
  ),
  ...[true, false].map(
    (done): Check => ({
      name: `GET /tasks?done=${done} gives those alone`,
      isAlone: true,
      run: async ({ send, tables, token }) => {
        await tables.addTasks(60, token);
        const answer = await send('GET', `/tasks?done=${done}&limit=25`);
        expectStatus(answer, 200);
        expectEqual(`${answer.of}: body`, expectJson(answer, 'TaskList'), await tables.firstTasks(25, done));
      },
    }),
  ),
  {
    name: 'GET /tasks answers 422 to done=maybe',
    run: async ({ send }) => expectError(await send('GET', '/tasks?done=maybe'), 422),
  },
];

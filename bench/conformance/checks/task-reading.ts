import type { Check } from '../check.ts';
import { limitOf } from '../contract.ts';
import { expectEqual, expectError, expectJson, expectStatus } from '../expectations.ts';
import { readingChecks } from './reading.ts';

const { minimum, maximum, default: usual } = limitOf('/tasks');

export const taskReadingChecks: Check[] = [
  ...readingChecks('tasks'),
  {
    name: 'GET /tasks/{id} returns a row that another client wrote, without internal columns',
    run: async ({ send, tables, token }) => {
      const row = await tables.addTask(token, 'written by another client', true);
      const response = await send('GET', `/tasks/${row.id}`);
      expectStatus(response, 200);
      expectEqual(`${response.of}: body`, expectJson(response, 'Task'), row);
    },
  },
  {
    name: 'GET /tasks/{id} shows changes of other clients: there is no cache',
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
      name: `GET /tasks returns ${limit === undefined ? `${usual} rows by default` : `limit=${limit} rows`}, sorted by id`,
      isAlone: true,
      run: async ({ send, tables, token }) => {
        await tables.addTasks(maximum + 1, token);
        const response = await send('GET', limit === undefined ? '/tasks' : `/tasks?limit=${limit}`);
        expectStatus(response, 200);
        const rows = await tables.firstTasks(limit ?? usual);
        expectEqual(`${response.of}: body`, expectJson(response, 'TaskList'), rows);
      },
    }),
  ),
  ...[true, false].map(
    (done): Check => ({
      name: `GET /tasks?done=${done} returns only these`,
      isAlone: true,
      run: async ({ send, tables, token }) => {
        await tables.addTasks(60, token);
        const response = await send('GET', `/tasks?done=${done}&limit=25`);
        expectStatus(response, 200);
        expectEqual(
          `${response.of}: body`,
          expectJson(response, 'TaskList'),
          await tables.firstTasks(25, done),
        );
      },
    }),
  ),
  {
    name: 'GET /tasks returns 422 for done=maybe',
    run: async ({ send }) => expectError(await send('GET', '/tasks?done=maybe'), 422),
  },
];

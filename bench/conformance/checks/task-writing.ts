import { setTimeout as delay } from 'node:timers/promises';
import type { Check, Trial } from '../check.ts';
import { expectEqual, expectError, expectJson, expectStatus, expectThat } from '../expectations.ts';
import { spoiledBodies } from '../invalid-bodies.ts';
import type { Task } from '../tables.ts';
import { createTask, validTask } from './task-creation.ts';
import { awkwardTexts } from './texts.ts';

/** Replaces a task, and checks that the response, the row and a `GET` are equal, with the given values. */
async function replaceTask(
  { send, tables }: Trial,
  row: Task,
  content: { title: string; description?: string; done?: boolean },
): Promise<Task> {
  // The instants of the two writes must differ in milliseconds.
  await delay(5);
  const { from } = await tables.now();
  const response = await send('PUT', `/tasks/${row.id}`, { json: content });
  expectStatus(response, 200);
  const body = expectJson(response, 'Task');
  const { to } = await tables.now();
  const stored = await tables.task(row.id);
  const { id, createdAt } = row;
  expectEqual('the row in the database', stored, {
    description: '',
    done: false,
    ...content,
    id,
    createdAt,
    updatedAt: stored?.updatedAt,
  });
  expectEqual(`${response.of}: body`, body, stored);
  const isNow = stored !== undefined && from <= stored.updatedAt && stored.updatedAt <= to;
  expectThat('updatedAt', isNow, `${from} to ${to}`, stored?.updatedAt);
  const got = await send('GET', `/tasks/${row.id}`);
  expectEqual(`${got.of}: body`, expectJson(got, 'Task'), stored);
  return stored ?? row;
}

export const taskWritingChecks: Check[] = [
  {
    name: 'PUT /tasks/{id} replaces the task, updates updatedAt and keeps createdAt',
    run: async (trial) => {
      const row = await trial.tables.addTask('before', trial.token);
      const first = await replaceTask(trial, row, validTask(trial.token));
      expectThat(
        'updatedAt',
        first.updatedAt > row.updatedAt,
        `later than ${row.updatedAt}`,
        first.updatedAt,
      );
      const again = await replaceTask(trial, first, {
        title: 'again',
        description: trial.token,
        done: false,
      });
      expectThat(
        'updatedAt',
        again.updatedAt > first.updatedAt,
        `later than ${first.updatedAt}`,
        again.updatedAt,
      );
    },
  },
  {
    name: 'PUT /tasks/{id} sets a new version of the row',
    run: async ({ send, tables, token }) => {
      const { id } = await tables.addTask('before', token);
      const before = await tables.versionOfTask(id);
      expectStatus(await send('PUT', `/tasks/${id}`, { json: validTask(token) }), 200);
      const after = await tables.versionOfTask(id);
      expectThat('the version of the row', after !== before, `another one than ${before}`, after);
    },
  },
  {
    name: 'PUT /tasks/{id} sets absent members to their defaults',
    run: async (trial) => {
      const row = await trial.tables.addTask(`${trial.token} before`, 'a description', true);
      await replaceTask(trial, row, { title: `${trial.token} after` });
    },
  },
  {
    name: 'PUT /tasks/{id} changes no other row',
    run: async (trial) => {
      const rows = await trial.tables.addTasks(3, trial.token);
      const [first, second, third] = rows;
      if (!first || !second || !third) throw new Error('There are no rows.');
      const replaced = await replaceTask(trial, second, { title: 'the second', description: trial.token });
      expectEqual('the rows', await trial.tables.tasksWith(trial.token), [first, replaced, third]);
    },
  },
  {
    name: 'PUT /tasks/{id} stores text unchanged',
    run: async (trial) => {
      const row = await trial.tables.addTask('before', trial.token);
      for (const text of awkwardTexts.values()) {
        await replaceTask(trial, row, { title: text, description: `${trial.token} ${text}` });
      }
    },
  },
  {
    name: 'PUT /tasks/{id} returns 404 if there is no row, and creates none',
    run: async ({ send, tables, token }) => {
      const id = await tables.formerId('tasks');
      expectError(await send('PUT', `/tasks/${id}`, { json: validTask(token) }), 404);
      expectEqual('the rows in the database', await tables.tasksWith(token), []);
    },
  },
  ...['PUT', 'DELETE'].flatMap((method) =>
    ['abc', '0', '2147483648'].map(
      (id): Check => ({
        name: `${method} /tasks/{id} returns 422 for the id ${id}`,
        run: async ({ send, token }) => {
          const content = method === 'PUT' ? { json: validTask(token) } : {};
          expectError(await send(method, `/tasks/${id}`, content), 422);
        },
      }),
    ),
  ),
  ...spoiledBodies('TaskCreate').map(
    ({ what, spoil }): Check => ({
      name: `PUT /tasks/{id} returns 422 and changes nothing: ${what}`,
      run: async ({ send, tables, token }) => {
        const row = await tables.addTask(token);
        const response = await send('PUT', `/tasks/${row.id}`, { json: spoil(validTask(token)) });
        const rows = await tables.tasksWith(token);
        expectError(response, 422);
        expectEqual('the rows in the database', rows, [row]);
      },
    }),
  ),
  {
    name: 'DELETE /tasks/{id} returns 204 without a body, and 404 afterwards',
    run: async (trial) => {
      const { send, tables, token } = trial;
      const kept = await tables.addTask(`${token} kept`);
      await createTask(trial, validTask(token));
      const id = (await tables.tasksWith(token)).at(-1)?.id;
      const response = await send('DELETE', `/tasks/${id}`);
      expectStatus(response, 204);
      expectEqual(`${response.of}: body`, response.text, '');
      expectEqual('the rows in the database', await tables.tasksWith(token), [kept]);
      expectError(await send('DELETE', `/tasks/${id}`), 404);
      expectError(await send('GET', `/tasks/${id}`), 404);
      expectError(await send('PUT', `/tasks/${id}`, { json: validTask(token) }), 404);
      expectEqual('the rows in the database', await tables.tasksWith(token), [kept]);
    },
  },
  {
    name: 'each create and delete updates the number of tasks',
    isAlone: true,
    run: async (trial) => {
      await createTask(trial, { title: `${trial.token} one` });
      await createTask(trial, { title: `${trial.token} two` });
      const [row] = await trial.tables.tasksWith(trial.token);
      expectStatus(await trial.send('DELETE', `/tasks/${row?.id}`), 204);
      const { tasks, countedTasks } = await trial.tables.totals();
      expectEqual('task_totals', countedTasks, tasks);
    },
  },
];

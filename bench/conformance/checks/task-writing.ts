import { setTimeout as delay } from 'node:timers/promises';
import type { Check, Trial } from '../check.ts';
import { expectEqual, expectError, expectJson, expectStatus, expectThat } from '../expectations.ts';
import { spoiledBodies } from '../invalid-bodies.ts';
import type { Task } from '../tables.ts';
import { createTask, validTask } from './task-creation.ts';
import { awkwardTexts } from './texts.ts';

/** Replaces a task, and expects the answer, the row and what a `GET` gives to be the same, with the given values. */
async function replaceTask(
  { send, tables }: Trial,
  row: Task,
  content: { title: string; description?: string; done?: boolean },
): Promise<Task> {
  // So that the instants of the two writes differ in their milliseconds.
  await delay(5);
  const { from } = await tables.now();
  const answer = await send('PUT', `/tasks/${row.id}`, { json: content });
  expectStatus(answer, 200);
  const body = expectJson(answer, 'Task');
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
  expectEqual(`${answer.of}: body`, body, stored);
  const isNow = stored !== undefined && from <= stored.updatedAt && stored.updatedAt <= to;
  expectThat('updatedAt', isNow, `${from} to ${to}`, stored?.updatedAt);
  const got = await send('GET', `/tasks/${row.id}`);
  expectEqual(`${got.of}: body`, expectJson(got, 'Task'), stored);
  return stored ?? row;
}

export const taskWritingChecks: Check[] = [
  {
    name: 'PUT /tasks/{id} replaces the task, moves updatedAt and keeps createdAt',
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
    name: 'PUT /tasks/{id} writes a new version of the row, as all that write to it do',
    run: async ({ send, tables, token }) => {
      const { id } = await tables.addTask('before', token);
      const before = await tables.versionOfTask(id);
      expectStatus(await send('PUT', `/tasks/${id}`, { json: validTask(token) }), 200);
      const after = await tables.versionOfTask(id);
      expectThat('the version of the row', after !== before, `another one than ${before}`, after);
    },
  },
  {
    name: 'PUT /tasks/{id} sets what is absent to its default',
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
    name: 'PUT /tasks/{id} stores text as it was sent',
    run: async (trial) => {
      const row = await trial.tables.addTask('before', trial.token);
      for (const text of awkwardTexts.values()) {
        await replaceTask(trial, row, { title: text, description: `${trial.token} ${text}` });
      }
    },
  },
  {
    name: 'PUT /tasks/{id} answers 404 where there is no row, and makes none',
    run: async ({ send, tables, token }) => {
      const id = await tables.formerId('tasks');
      expectError(await send('PUT', `/tasks/${id}`, { json: validTask(token) }), 404);
      expectEqual('the rows in the database', await tables.tasksWith(token), []);
    },
  },
  ...['PUT', 'DELETE'].flatMap((method) =>
    ['abc', '0', '2147483648'].map(
      (id): Check => ({
        name: `${method} /tasks/{id} answers 422 to the id ${id}`,
        run: async ({ send, token }) => {
          const content = method === 'PUT' ? { json: validTask(token) } : {};
          expectError(await send(method, `/tasks/${id}`, content), 422);
        },
      }),
    ),
  ),
  ...spoiledBodies('TaskCreate').map(
    ({ what, spoil }): Check => ({
      name: `PUT /tasks/{id} answers 422 and changes nothing: ${what}`,
      run: async ({ send, tables, token }) => {
        const row = await tables.addTask(token);
        const answer = await send('PUT', `/tasks/${row.id}`, { json: spoil(validTask(token)) });
        const rows = await tables.tasksWith(token);
        expectError(answer, 422);
        expectEqual('the rows in the database', rows, [row]);
      },
    }),
  ),
  {
    name: 'DELETE /tasks/{id} answers 204 without a body, and 404 from then on',
    run: async (trial) => {
      const { send, tables, token } = trial;
      const kept = await tables.addTask(`${token} kept`);
      await createTask(trial, validTask(token));
      const id = (await tables.tasksWith(token)).at(-1)?.id;
      const answer = await send('DELETE', `/tasks/${id}`);
      expectStatus(answer, 204);
      expectEqual(`${answer.of}: body`, answer.text, '');
      expectEqual('the rows in the database', await tables.tasksWith(token), [kept]);
      expectError(await send('DELETE', `/tasks/${id}`), 404);
      expectError(await send('GET', `/tasks/${id}`), 404);
      expectError(await send('PUT', `/tasks/${id}`, { json: validTask(token) }), 404);
      expectEqual('the rows in the database', await tables.tasksWith(token), [kept]);
    },
  },
  {
    name: 'the number of tasks is kept with each create and delete',
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

import type { Check, Trial } from '../check.ts';
import type { PeerResponse } from '../client.ts';
import { fieldsOf } from '../contract.ts';
import { expectEqual, expectError, expectJson, expectStatus, expectThat } from '../expectations.ts';
import { ASTRAL, spoiledBodies } from '../invalid-bodies.ts';
import { awkwardTexts } from './texts.ts';

interface TaskContent {
  title: string;
  description?: string;
  done?: boolean;
}

/** Contains the token in both texts: a row is found if one of them is invalid. */
export const validTask = (token: string) => ({
  title: `${token} title`,
  description: `${token} description`,
  done: true,
});

/** Creates a task, and checks that the response, the row and a `GET` are equal, with the given values. */
export async function createTask(
  { send, tables, token }: Pick<Trial, 'send' | 'tables' | 'token'>,
  content: TaskContent,
): Promise<PeerResponse> {
  const response = await send('POST', '/tasks', { json: content });
  expectStatus(response, 201);
  const body = expectJson(response, 'Task');
  const rows = (await tables.tasksWith(token)).filter(({ title }) => title === content.title);
  expectEqual(
    'the rows in the database',
    rows.map(({ title, description, done }) => ({ title, description, done })),
    [{ description: '', done: false, ...content }],
  );
  expectEqual(`${response.of}: body`, body, rows[0]);
  const got = await send('GET', `/tasks/${rows[0]?.id}`);
  expectStatus(got, 200);
  expectEqual(`${got.of}: body`, expectJson(got, 'Task'), rows[0]);
  return response;
}

const creation = (name: string, content: (token: string) => TaskContent): Check => ({
  name: `POST /tasks ${name}`,
  run: async (trial) => {
    await createTask(trial, content(trial.token));
  },
});

const { title, description } = Object.fromEntries(fieldsOf('TaskCreate'));
if (!title || !description) throw new Error('TaskCreate lacks a field.');

const fill = (token: string, character: string, length: number) =>
  token + character.repeat(length - token.length);

export const taskCreationChecks: Check[] = [
  creation('returns 201 with the new row', validTask),
  creation('sets defaults of absent members: no description, not done', (token) => ({ title: token })),
  creation('accepts an empty description', (token) => ({ title: token, description: '', done: false })),
  creation('accepts a title of one character', (token) => ({ title: 'x', description: token })),
  creation('accepts a title of one space', (token) => ({ title: ' ', description: token })),
  ...[['x', 'characters'] as const, [ASTRAL, 'astral characters'] as const].map(([character, what]) =>
    creation(`accepts texts of ${title.maxLength} and ${description.maxLength} ${what}`, (token) => ({
      title: fill(token, character, title.maxLength),
      description: fill(token, character, description.maxLength),
    })),
  ),
  ...[...awkwardTexts].map(([what, text]) =>
    creation(`stores text unchanged: ${what}`, (token) => ({
      title: text,
      description: `${text}${token} ${text}`,
    })),
  ),
  {
    name: 'POST /tasks sends the Location of the new task',
    run: async (trial) => {
      const { headers } = await createTask(trial, validTask(trial.token));
      const [row] = await trial.tables.tasksWith(trial.token);
      expectThat('a Location', headers.location !== undefined, 'a header', headers.location);
      const { pathname } = new URL(headers.location ?? '', 'http://127.0.0.1');
      expectEqual('the path in Location', pathname, `/tasks/${row?.id}`);
    },
  },
  {
    name: 'POST /tasks sets createdAt and updatedAt to the current time',
    run: async (trial) => {
      const { from } = await trial.tables.now();
      await createTask(trial, validTask(trial.token));
      const { to } = await trial.tables.now();
      const [row] = await trial.tables.tasksWith(trial.token);
      const isNow = row !== undefined && from <= row.createdAt && row.createdAt <= to;
      expectThat('createdAt', isNow, `${from} to ${to}`, row?.createdAt);
      expectEqual('updatedAt', row?.updatedAt, row?.createdAt);
    },
  },
  {
    name: 'POST /tasks creates equal tasks repeatedly',
    run: async ({ send, tables, token }) => {
      for (const _ of [1, 2, 3]) {
        const response = await send('POST', '/tasks', { json: validTask(token) });
        expectStatus(response, 201);
        const body = expectJson(response, 'Task');
        expectEqual(`${response.of}: body`, body, (await tables.tasksWith(token)).at(-1));
      }
      expectEqual('rows in the database', (await tables.tasksWith(token)).length, 3);
    },
  },
  ...spoiledBodies('TaskCreate').map(
    ({ what, spoil }): Check => ({
      name: `POST /tasks returns 422 and adds no row: ${what}`,
      run: async ({ send, tables, token }) => {
        const response = await send('POST', '/tasks', { json: spoil(validTask(token)) });
        const rows = await tables.tasksWith(token);
        expectError(response, 422);
        expectEqual('the rows in the database', rows, []);
      },
    }),
  ),
];

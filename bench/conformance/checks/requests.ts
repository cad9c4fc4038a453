import type { Check } from '../check.ts';
import { expectEqual, expectError, expectJson, expectStatus } from '../expectations.ts';
import { validTask } from './task-creation.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

const brokenJson: [what: string, payload: (token: string) => string][] = [
  ['cut off', (token) => `{"title": "${token}"`],
  ['without quotes', (token) => `{title: "${token}"}`],
  ['single quotes', (token) => `{'title': '${token}'}`],
  ['a trailing comma', (token) => `{"title": "${token}",}`],
  ['two values', (token) => `{"title": "${token}"} {"title": "${token}"}`],
  ['a comment', (token) => `{"title": "${token}"} // comment`],
  ['NaN', (token) => `{"title": "${token}", "done": NaN}`],
  ['a raw line break in a text', (token) => `{"title": "${token}\n"}`],
  ['a form', (token) => `title=${token}`],
];

const otherTypes = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/xml',
  'multipart/form-data; boundary=x',
];

export const requestChecks: Check[] = [
  {
    name: 'GET /health returns 200',
    run: async ({ send }) => {
      const response = await send('GET', '/health');
      expectStatus(response, 200);
      expectEqual(`${response.of}: body`, expectJson(response, 'Health'), { status: 'ok' });
    },
  },
  {
    name: 'an unknown path returns 404',
    run: async ({ send }) => {
      expectError(await send('GET', '/nowhere'), 404);
      expectError(await send('GET', '/songs/1/nowhere'), 404);
    },
  },
  ...brokenJson.map(
    ([what, payload]): Check => ({
      name: `POST /tasks returns 400 for invalid JSON: ${what}`,
      run: async ({ send, tables, token }) => {
        const response = await send('POST', '/tasks', { payload: payload(token), headers: JSON_TYPE });
        const rows = await tables.tasksWith(token);
        expectError(response, 400);
        expectEqual('the rows in the database', rows, []);
      },
    }),
  ),
  {
    name: 'POST /songs returns 400 for invalid JSON',
    run: async ({ send, tables, token }) => {
      const payload = `{"song": "${token}", "artist": `;
      expectError(await send('POST', '/songs', { payload, headers: JSON_TYPE }), 400);
      expectEqual('the rows in the database', await tables.songsWith(token), []);
    },
  },
  {
    name: 'PUT /tasks/{id} returns 400 for invalid JSON, and changes nothing',
    run: async ({ send, tables, token }) => {
      const row = await tables.addTask(token);
      const payload = `{"title": "${token} changed"`;
      expectError(await send('PUT', `/tasks/${row.id}`, { payload, headers: JSON_TYPE }), 400);
      expectEqual('the rows in the database', await tables.tasksWith(token), [row]);
    },
  },
  {
    name: 'POST /tasks returns 400 or 422 for an empty body',
    run: async ({ send }) =>
      expectError(await send('POST', '/tasks', { payload: '', headers: JSON_TYPE }), 400, 422),
  },
  {
    name: 'POST /tasks returns 413 or 422 for a body of a megabyte',
    run: async ({ send, tables, token }) => {
      const json = { title: token, description: 'x'.repeat(1_000_000) };
      expectError(await send('POST', '/tasks', { json }), 413, 422);
      expectEqual('the rows in the database', await tables.tasksWith(token), []);
    },
  },
  ...otherTypes.map(
    (type): Check => ({
      name: `POST returns 415 for ${type}, even with JSON`,
      run: async ({ send, tables, token }) => {
        const headers = { 'content-type': type };
        const task = JSON.stringify(validTask(token));
        const song = JSON.stringify({ song: token, artist: token });
        const responses = [
          await send('POST', '/tasks', { payload: task, headers }),
          await send('POST', '/songs', { payload: song, headers }),
        ];
        expectEqual('tasks in the database', await tables.tasksWith(token), []);
        expectEqual('songs in the database', await tables.songsWith(token), []);
        for (const response of responses) expectError(response, 415);
      },
    }),
  ),
  {
    name: 'PUT /tasks/{id} returns 415 for text/plain, and changes nothing',
    run: async ({ send, tables, token }) => {
      const row = await tables.addTask(token);
      const payload = JSON.stringify(validTask(token));
      const headers = { 'content-type': 'text/plain' };
      expectError(await send('PUT', `/tasks/${row.id}`, { payload, headers }), 415);
      expectEqual('the rows in the database', await tables.tasksWith(token), [row]);
    },
  },
  ...['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset=UTF-8'].map(
    (type): Check => ({
      name: `POST /tasks accepts ${type}`,
      run: async ({ send, tables, token }) => {
        const payload = JSON.stringify({ title: `${token} é𝄞` });
        const response = await send('POST', '/tasks', { payload, headers: { 'content-type': type } });
        expectStatus(response, 201);
        expectEqual('the rows', [expectJson(response, 'Task')], await tables.tasksWith(token));
      },
    }),
  ),
  {
    name: 'POST /tasks accepts JSON with surrounding whitespace',
    run: async ({ send, tables, token }) => {
      const payload = `\r\n\t ${JSON.stringify(validTask(token), null, 2)} \n`;
      const response = await send('POST', '/tasks', { payload, headers: JSON_TYPE });
      expectStatus(response, 201);
      expectEqual('the rows', [expectJson(response, 'Task')], await tables.tasksWith(token));
    },
  },
];

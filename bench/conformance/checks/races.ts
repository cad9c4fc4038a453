import type { Check } from '../check.ts';
import type { Answer } from '../client.ts';
import { expectEqual, expectError, expectJson, expectStatus, expectThat } from '../expectations.ts';

const RACERS = 50;

const race = (run: (racer: number) => Promise<Answer>) =>
  Promise.all(Array.from({ length: RACERS }, (_, racer) => run(racer)));

function countStatuses(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

export const raceChecks: Check[] = [
  {
    name: `POST /songs: of ${RACERS} equal creates at once, one is answered 201, the others 409`,
    run: async ({ send, tables, token }) => {
      const song = { song: 'race', artist: token, year: 2001 };
      const answers = await race(() => send('POST', '/songs', { json: song }));
      const rows = await tables.songsWith(token);
      expectEqual('answers by status', countStatuses(answers), { 201: 1, 409: RACERS - 1 });
      expectEqual('rows in the database', rows.length, 1);
      for (const answer of answers) {
        if (answer.status === 409) expectError(answer, 409);
        else expectEqual(`${answer.of}: body`, expectJson(answer, 'SongEnvelope'), { data: rows[0] });
      }
    },
  },
  {
    name: `POST /songs: ${RACERS} different creates at once are answered each with its own row`,
    run: async ({ send, tables, token }) => {
      const answers = await race((racer) =>
        send('POST', '/songs', { json: { song: `race ${racer}`, artist: token, year: racer } }),
      );
      const rows = new Map((await tables.songsWith(token)).map((row) => [row.song, row]));
      expectEqual('rows in the database', rows.size, RACERS);
      for (const [racer, answer] of answers.entries()) {
        expectStatus(answer, 201);
        const data = rows.get(`race ${racer}`);
        expectEqual(`${answer.of}: body`, expectJson(answer, 'SongEnvelope'), { data });
        expectEqual('year', data?.year, racer);
      }
    },
  },
  {
    name: `GET /songs/{id}: ${RACERS} at once are answered each with its own row, or 404`,
    run: async ({ send, tables, token }) => {
      const rows = await tables.addSongs(RACERS, token);
      const missing = await tables.formerId('songs');
      const ids = rows.flatMap(({ id }, index) => (index % 10 === 0 ? [id, missing, id] : [id]));
      const answers = await Promise.all(ids.map((id) => send('GET', `/songs/${id}`)));
      for (const [index, answer] of answers.entries()) {
        if (ids[index] === missing) expectError(answer, 404);
        else {
          expectStatus(answer, 200);
          const row = rows.find(({ id }) => id === ids[index]);
          expectEqual(`${answer.of}: body`, expectJson(answer, 'Song'), row);
        }
      }
    },
  },
  {
    name: `GET /songs: ${RACERS} different lists at once are answered each with its own rows`,
    run: async ({ send, tables, token }) => {
      const rows = await tables.addSongs(RACERS, token);
      const answers = await race((racer) => send('GET', `/songs?artist=${token}&limit=${racer + 1}`));
      for (const [racer, answer] of answers.entries()) {
        expectStatus(answer, 200);
        expectEqual(`${answer.of}: body`, expectJson(answer, 'SongList'), rows.slice(0, racer + 1));
      }
    },
  },
  {
    name: `PUT /tasks/{id}: ${RACERS} at once are all answered with what they wrote, and the last one stays`,
    run: async ({ send, tables, token }) => {
      const row = await tables.addTask('before', token);
      const answers = await race((racer) =>
        send('PUT', `/tasks/${row.id}`, { json: { title: `racer ${racer}`, description: token } }),
      );
      const stored = await tables.task(row.id);
      const bodies = answers.map((answer, racer) => {
        expectStatus(answer, 200);
        const body = expectJson(answer, 'Task');
        const updatedAt =
          body !== null && typeof body === 'object' && 'updatedAt' in body ? body.updatedAt : '';
        const expected = { ...row, title: `racer ${racer}`, updatedAt };
        expectEqual(`${answer.of}: body`, body, expected);
        return JSON.stringify(expected);
      });
      const isOneOfThem = bodies.includes(JSON.stringify({ ...row, ...stored }));
      expectThat('the row in the database', isOneOfThem, 'one of the answers', stored);
    },
  },
  {
    name: `DELETE /tasks/{id}: of ${RACERS} at once, one is answered 204, the others 404`,
    run: async ({ send, tables, token }) => {
      const row = await tables.addTask(token);
      const answers = await race(() => send('DELETE', `/tasks/${row.id}`));
      expectEqual('answers by status', countStatuses(answers), { 204: 1, 404: RACERS - 1 });
      expectEqual('the rows in the database', await tables.tasksWith(token), []);
    },
  },
  {
    name: 'the database sees no more connections than POOL_MAX',
    isAlone: true,
    run: async ({ send, tables, token, poolMax }) => {
      const rows = await tables.addSongs(RACERS, token);
      const asked = race((racer) => send('GET', `/songs/${rows[racer]?.id}`));
      const during = await tables.otherConnections();
      await asked;
      const after = await tables.otherConnections();
      const most = Math.max(during, after);
      expectThat('connections', most <= poolMax, `at most ${poolMax}`, most);
    },
  },
];

import type { Check } from '../check.ts';
import type { PeerResponse } from '../client.ts';
import { expectEqual, expectError, expectJson, expectStatus, expectThat } from '../expectations.ts';

const RACERS = 50;

const race = (run: (racer: number) => Promise<PeerResponse>) =>
  Promise.all(Array.from({ length: RACERS }, (_, racer) => run(racer)));

function countStatuses(responses: readonly PeerResponse[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

export const raceChecks: Check[] = [
  {
    name: `POST /songs: of ${RACERS} equal creates at once, one gets 201, the others 409`,
    run: async ({ send, tables, token }) => {
      const song = { song: 'race', artist: token, year: 2001 };
      const responses = await race(() => send('POST', '/songs', { json: song }));
      const rows = await tables.songsWith(token);
      expectEqual('responses by status', countStatuses(responses), { 201: 1, 409: RACERS - 1 });
      expectEqual('rows in the database', rows.length, 1);
      for (const response of responses) {
        if (response.status === 409) expectError(response, 409);
        else expectEqual(`${response.of}: body`, expectJson(response, 'SongEnvelope'), { data: rows[0] });
      }
    },
  },
  {
    name: `POST /songs: ${RACERS} different creates at once get their own row each`,
    run: async ({ send, tables, token }) => {
      const responses = await race((racer) =>
        send('POST', '/songs', { json: { song: `race ${racer}`, artist: token, year: racer } }),
      );
      const rows = new Map((await tables.songsWith(token)).map((row) => [row.song, row]));
      expectEqual('rows in the database', rows.size, RACERS);
      for (const [racer, response] of responses.entries()) {
        expectStatus(response, 201);
        const data = rows.get(`race ${racer}`);
        expectEqual(`${response.of}: body`, expectJson(response, 'SongEnvelope'), { data });
        expectEqual('year', data?.year, racer);
      }
    },
  },
  {
    name: `GET /songs/{id}: ${RACERS} at once get their own row each, or 404`,
    run: async ({ send, tables, token }) => {
      const rows = await tables.addSongs(RACERS, token);
      const missing = await tables.formerId('songs');
      const ids = rows.flatMap(({ id }, index) => (index % 10 === 0 ? [id, missing, id] : [id]));
      const responses = await Promise.all(ids.map((id) => send('GET', `/songs/${id}`)));
      for (const [index, response] of responses.entries()) {
        if (ids[index] === missing) expectError(response, 404);
        else {
          expectStatus(response, 200);
          const row = rows.find(({ id }) => id === ids[index]);
          expectEqual(`${response.of}: body`, expectJson(response, 'Song'), row);
        }
      }
    },
  },
  {
    name: `GET /songs: ${RACERS} different lists at once get their own rows each`,
    run: async ({ send, tables, token }) => {
      const rows = await tables.addSongs(RACERS, token);
      const responses = await race((racer) => send('GET', `/songs?artist=${token}&limit=${racer + 1}`));
      for (const [racer, response] of responses.entries()) {
        expectStatus(response, 200);
        expectEqual(`${response.of}: body`, expectJson(response, 'SongList'), rows.slice(0, racer + 1));
      }
    },
  },
  {
    name: `PUT /tasks/{id}: ${RACERS} at once return what they wrote, and the last one wins`,
    run: async ({ send, tables, token }) => {
      const row = await tables.addTask('before', token);
      const responses = await race((racer) =>
        send('PUT', `/tasks/${row.id}`, { json: { title: `racer ${racer}`, description: token } }),
      );
      const stored = await tables.task(row.id);
      const bodies = responses.map((response, racer) => {
        expectStatus(response, 200);
        const body = expectJson(response, 'Task');
        const updatedAt =
          body !== null && typeof body === 'object' && 'updatedAt' in body ? body.updatedAt : '';
        const expected = { ...row, title: `racer ${racer}`, updatedAt };
        expectEqual(`${response.of}: body`, body, expected);
        return JSON.stringify(expected);
      });
      const isOneOfThem = bodies.includes(JSON.stringify({ ...row, ...stored }));
      expectThat('the row in the database', isOneOfThem, 'one of the responses', stored);
    },
  },
  {
    name: `DELETE /tasks/{id}: of ${RACERS} at once, one gets 204, the others 404`,
    run: async ({ send, tables, token }) => {
      const row = await tables.addTask(token);
      const responses = await race(() => send('DELETE', `/tasks/${row.id}`));
      expectEqual('responses by status', countStatuses(responses), { 204: 1, 404: RACERS - 1 });
      expectEqual('the rows in the database', await tables.tasksWith(token), []);
    },
  },
  {
    name: 'the peer uses at most POOL_MAX connections',
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

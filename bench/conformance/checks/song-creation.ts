import type { Check, Trial } from '../check.ts';
import type { PeerResponse } from '../client.ts';
import { fieldsOf } from '../contract.ts';
import { expectEqual, expectError, expectJson, expectStatus, expectThat } from '../expectations.ts';
import { ASTRAL, spoiledBodies } from '../invalid-bodies.ts';
import { awkwardTexts } from './texts.ts';

const validSong = (token: string) => ({ song: `${token} song`, artist: `${token} artist`, year: 2016 });

/** Creates a song, and checks that the response, the row and a `GET` are equal, with the given values. */
async function createSong(
  { send, tables, token }: Trial,
  content: { song: string; artist: string; year?: number | null },
): Promise<PeerResponse> {
  const response = await send('POST', '/songs', { json: content });
  expectStatus(response, 201);
  const body = expectJson(response, 'SongEnvelope');
  const rows = (await tables.songsWith(token)).filter(({ song }) => song === content.song);
  expectEqual(
    'the rows in the database',
    rows.map(({ song, artist, year }) => ({ song, artist, year })),
    [{ year: null, ...content }],
  );
  expectEqual(`${response.of}: body`, body, { data: rows[0] });
  const got = await send('GET', `/songs/${rows[0]?.id}`);
  expectStatus(got, 200);
  expectEqual(`${got.of}: body`, expectJson(got, 'Song'), rows[0]);
  return response;
}

/** A successful create. */
const creation = (name: string, content: (token: string) => Parameters<typeof createSong>[1]): Check => ({
  name: `POST /songs ${name}`,
  run: async (trial) => {
    await createSong(trial, content(trial.token));
  },
});

/** The longest texts: the padded token. */
const fill = (token: string, character: string, length: number) =>
  token + character.repeat(length - token.length);

const { song, artist, year } = Object.fromEntries(fieldsOf('SongCreate'));
if (!song || !artist || !year) throw new Error('SongCreate lacks a field.');

export const songCreationChecks: Check[] = [
  creation('returns 201 with the new row', validSong),
  creation('stores null for a year that is absent', (token) => ({ song: token, artist: token })),
  creation('stores null for a year that is null', (token) => ({ song: token, artist: token, year: null })),
  ...[0, -50, year.maximum, year.minimum].map((year) =>
    creation(`accepts the year ${year}`, (token) => ({ song: token, artist: token, year })),
  ),
  creation('accepts a title of one character', (token) => ({ song: 'x', artist: token })),
  creation('accepts a title of one space', (token) => ({ song: ' ', artist: token })),
  creation(`accepts texts of ${song.maxLength} characters`, (token) => ({
    song: fill(token, 'x', song.maxLength),
    artist: fill(token, 'y', artist.maxLength),
  })),
  creation(`accepts texts of ${song.maxLength} astral characters`, (token) => ({
    song: fill(token, ASTRAL, song.maxLength),
    artist: fill(token, ASTRAL, artist.maxLength),
  })),
  ...[...awkwardTexts].map(([what, text]) =>
    creation(`stores text unchanged: ${what}`, (token) => ({
      song: text,
      artist: `${text} ${token}${text}`,
    })),
  ),
  {
    name: 'POST /songs decodes escapes in JSON',
    run: async ({ send, tables, token }) => {
      const payload = `{"\\u0073ong": "\\u0045\\u0301\\/\\ud834\\udd1e", "artist": "${token}"}`;
      const response = await send('POST', '/songs', {
        payload,
        headers: { 'content-type': 'application/json' },
      });
      expectStatus(response, 201);
      const rows = await tables.songsWith(token);
      expectEqual(
        'the titles in the database',
        rows.map(({ song }) => song),
        [`E\u0301/${ASTRAL}`],
      );
      expectEqual(`${response.of}: body`, expectJson(response, 'SongEnvelope'), { data: rows[0] });
    },
  },
  {
    name: 'POST /songs sends the Location of the new song',
    run: async (trial) => {
      const { headers } = await createSong(trial, validSong(trial.token));
      const [row] = await trial.tables.songsWith(trial.token);
      const { pathname } = new URL(headers.location ?? '', 'http://127.0.0.1');
      expectEqual('the path in Location', pathname, `/songs/${row?.id}`);
      expectThat('a Location', headers.location !== undefined, 'a header', headers.location);
      const followed = await trial.send('GET', pathname);
      expectStatus(followed, 200);
      expectEqual(`${followed.of}: body`, expectJson(followed, 'Song'), row);
    },
  },
  {
    name: 'POST /songs sets createdAt to the current time',
    run: async (trial) => {
      const { from } = await trial.tables.now();
      await createSong(trial, validSong(trial.token));
      const { to } = await trial.tables.now();
      const [row] = await trial.tables.songsWith(trial.token);
      const isNow = row !== undefined && from <= row.createdAt && row.createdAt <= to;
      expectThat('createdAt', isNow, `${from} to ${to}`, row?.createdAt);
    },
  },
  {
    name: 'POST /songs returns 409 for a pair that exists, and changes nothing',
    run: async (trial) => {
      const content = validSong(trial.token);
      await createSong(trial, content);
      const before = await trial.tables.songsWith(trial.token);
      expectError(await trial.send('POST', '/songs', { json: content }), 409);
      expectError(await trial.send('POST', '/songs', { json: { ...content, year: 1999 } }), 409);
      expectEqual('the rows in the database', await trial.tables.songsWith(trial.token), before);
    },
  },
  {
    name: 'POST /songs accepts an equal title, an equal artist, and other letter cases',
    run: async (trial) => {
      const { token } = trial;
      await createSong(trial, { song: 'one', artist: token });
      for (const [song, artist] of [
        ['two', token],
        ['one ', token],
        ['One', token],
        ['one', `${token}.`],
      ] as const) {
        const response = await trial.send('POST', '/songs', { json: { song, artist } });
        expectStatus(response, 201);
        expectJson(response, 'SongEnvelope');
      }
      expectEqual('rows in the database', (await trial.tables.songsWith(token)).length, 5);
    },
  },
  ...spoiledBodies('SongCreate').map(
    ({ what, spoil }): Check => ({
      name: `POST /songs returns 422 and adds no row: ${what}`,
      run: async ({ send, tables, token }) => {
        const response = await send('POST', '/songs', { json: spoil(validSong(token)) });
        const rows = await tables.songsWith(token);
        expectError(response, 422);
        expectEqual('the rows in the database', rows, []);
      },
    }),
  ),
];

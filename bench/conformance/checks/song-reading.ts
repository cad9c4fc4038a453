import type { Check } from '../check.ts';
import { limitOf } from '../contract.ts';
import { expectEqual, expectError, expectJson, expectStatus } from '../expectations.ts';
import { readingChecks } from './reading.ts';
import { awkwardTexts } from './texts.ts';

const { minimum, maximum, default: usual } = limitOf('/songs');
const encode = encodeURIComponent;

export const songReadingChecks: Check[] = [
  ...readingChecks('songs'),
  {
    name: 'GET /songs/{id} returns a row that another client wrote',
    run: async ({ send, tables, token }) => {
      const row = await tables.addSong('written by another client', token, 1984);
      const response = await send('GET', `/songs/${row.id}`);
      expectStatus(response, 200);
      expectEqual(`${response.of}: body`, expectJson(response, 'Song'), row);
    },
  },
  {
    name: 'GET /songs/{id} shows changes and deletes of other clients: there is no cache',
    run: async ({ send, tables, token }) => {
      const row = await tables.addSong('before', token, 1984);
      expectStatus(await send('GET', `/songs/${row.id}`), 200);
      await tables.query("UPDATE songs SET song = 'after', year = NULL WHERE id = $1", [row.id]);
      const changed = await send('GET', `/songs/${row.id}`);
      expectEqual(`${changed.of}: body`, expectJson(changed, 'Song'), { ...row, song: 'after', year: null });
      await tables.sweep(token);
      expectError(await send('GET', `/songs/${row.id}`), 404);
    },
  },
  {
    name: 'GET /songs returns a bare array of the first rows, sorted by id',
    isAlone: true,
    run: async ({ send, tables, token }) => {
      await tables.addSongs(usual + 5, token);
      const response = await send('GET', '/songs');
      expectStatus(response, 200);
      expectEqual(`${response.of}: body`, expectJson(response, 'SongList'), await tables.firstSongs(usual));
    },
  },
  {
    name: `GET /songs returns ${usual} rows by default, sorted by id`,
    run: async ({ send, tables, token }) => {
      const rows = await tables.addSongs(usual + 5, token);
      const response = await send('GET', `/songs?artist=${token}`);
      expectStatus(response, 200);
      expectEqual(`${response.of}: body`, expectJson(response, 'SongList'), rows.slice(0, usual));
    },
  },
  ...[minimum, 7, maximum].map(
    (limit): Check => ({
      name: `GET /songs?limit=${limit} returns ${limit} rows`,
      run: async ({ send, tables, token }) => {
        const rows = await tables.addSongs(maximum + 1, token);
        const response = await send('GET', `/songs?limit=${limit}&artist=${token}`);
        expectStatus(response, 200);
        expectEqual(`${response.of}: body`, expectJson(response, 'SongList'), rows.slice(0, limit));
      },
    }),
  ),
  {
    name: 'GET /songs returns an empty array if no row matches',
    run: async ({ send, token }) => {
      for (const name of ['artist', 'song']) {
        const response = await send('GET', `/songs?${name}=${token}`);
        expectStatus(response, 200);
        expectEqual(`${response.of}: body`, expectJson(response, 'SongList'), []);
      }
    },
  },
  {
    name: 'GET /songs?song= returns the songs with exactly this title',
    run: async ({ send, tables, token }) => {
      const one = await tables.addSong(token, 'one');
      await tables.addSong(`${token}.`, 'longer');
      await tables.addSong(token.toUpperCase(), `${token} in capitals`);
      const two = await tables.addSong(token, 'two');
      const response = await send('GET', `/songs?song=${token}`);
      expectEqual(`${response.of}: body`, expectJson(response, 'SongList'), [one, two]);
    },
  },
  {
    name: 'GET /songs?year= returns the songs of the year',
    isAlone: true,
    run: async ({ send, tables, token }) => {
      await tables.addSongs(3, token, 1733);
      await tables.addSong('without a year', token);
      for (const year of [1733, 1734, 2023]) {
        const response = await send('GET', `/songs?year=${year}`);
        expectStatus(response, 200);
        expectEqual(
          `${response.of}: body`,
          expectJson(response, 'SongList'),
          await tables.songsOfYear(year, usual),
        );
      }
    },
  },
  {
    name: 'GET /songs with several filters returns the songs that match all',
    run: async ({ send, tables, token }) => {
      const wanted = await tables.addSong('same', token, -5);
      await tables.addSong('other', token, -5);
      await tables.addSong('same', `${token}.`, -5);
      await tables.addSong('same ', token, -4);
      const response = await send('GET', `/songs?song=same&artist=${token}&year=-5&limit=5`);
      expectStatus(response, 200);
      expectEqual(`${response.of}: body`, expectJson(response, 'SongList'), [wanted]);
      const none = await send('GET', `/songs?song=same&artist=${token}&year=-4`);
      expectEqual(`${none.of}: body`, expectJson(none, 'SongList'), []);
    },
  },
  ...[...awkwardTexts].map(
    ([what, text]): Check => ({
      name: `GET /songs filters by unchanged text: ${what}`,
      run: async ({ send, tables, token }) => {
        const row = await tables.addSong(text, `${token} ${text}`);
        await tables.addSong('another', `${token} 100x a %s`);
        const response = await send('GET', `/songs?artist=${encode(row.artist)}&song=${encode(text)}`);
        expectStatus(response, 200);
        expectEqual(`${response.of}: body`, expectJson(response, 'SongList'), [row]);
      },
    }),
  ),
  {
    name: 'GET /songs reads a plus in the query as a space',
    run: async ({ send, tables, token }) => {
      const row = await tables.addSong('plus', `${token} a+b`);
      const response = await send('GET', `/songs?artist=${token}+a%2Bb`);
      expectEqual(`${response.of}: body`, expectJson(response, 'SongList'), [row]);
    },
  },
  ...[
    'year=text',
    'year=2016.5',
    'year=2147483648',
    'year=-2147483649',
    'song=',
    'artist=',
    `song=${'x'.repeat(201)}`,
    `artist=${'x'.repeat(201)}`,
    'song=a%00b',
    'artist=%00',
  ].map(
    (query): Check => ({
      name: `GET /songs returns 422 for ${query.slice(0, 20)}${query.length > 20 ? '… (201 characters)' : ''}`,
      run: async ({ send }) => expectError(await send('GET', `/songs?${query}`), 422),
    }),
  ),
];

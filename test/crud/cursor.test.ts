import t from 'tap';
import { song } from '../../schemas/song.ts';
import { decodeCursor, encodeCursor } from '../../src/crud/cursor.ts';

t.test('a cursor holds all sort keys of a row', async (t) => {
  const row = { id: 7, song: 'Ünïcödé 🎵.', artist: 'a.b', year: -3, createdAt: '2026-11-20T07:28:35.123Z' };
  const cursor = encodeCursor(song.sortKeys, row);
  t.match(cursor, /^[A-Za-z0-9._-]+$/, 'fit for a URL as it is');
  t.same(decodeCursor(song.sortKeys, cursor), row);
});

t.test('a row without a year comes after all years', async (t) => {
  const row = { id: 7, song: 's', artist: 'a', year: null, createdAt: '2026-11-20T07:28:35.123Z' };
  t.equal(decodeCursor(song.sortKeys, encodeCursor(song.sortKeys, row)).year, 2_147_483_647);
});

t.test('a made-up cursor never holds what PostgreSQL cannot take', async (t) => {
  t.same(decodeCursor(song.sortKeys, '1.AGEA._w.-5.0'), {
    id: 1,
    song: 'a',
    artist: '\ufffd',
    year: -5,
    createdAt: '1970-01-01T00:00:00.000Z',
  });
  t.same(decodeCursor({ id: 'integer', name: 'text' }, '1'), { id: 1, name: '' });
});

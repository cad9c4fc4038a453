import t from 'tap';
import { createSong, newSong } from '../../support/builders.ts';
import { nextPage, readPages } from '../../support/client.ts';
import { startService } from '../../support/service.ts';

const { app, call } = await startService(t);

t.beforeEach(() => app.pg.query('TRUNCATE songs'));

const titlesOf = (songs: { song: string }[]) => songs.map(({ song }) => song);

t.test('a created song has an id, a time of creation and a path', async (t) => {
  const json = newSong();
  const { status, headers, body } = await call('POST', '/songs', { json });
  t.equal(status, 201);
  t.match(body.data, { id: Number, ...json, createdAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ });
  t.equal(headers.location, `/songs/${body.data.id}`);
});

t.test('a song is read in the version that was created', async (t) => {
  const { url, etag, item } = await createSong(call);
  const { body, headers } = await call('GET', url);
  t.same(body, item);
  t.equal(headers.etag, etag);
});

t.test('a second song with the same title and artist is a conflict', async (t) => {
  const { item } = await createSong(call);
  const { status, body } = await call('POST', '/songs', {
    json: newSong({ song: item.song, artist: item.artist, year: null }),
  });
  t.equal(status, 409);
  t.match(body, { error: 'ConflictError', code: 'song_exists', message: 'Song already exists' });
});

t.test('a write that would make two songs equal is a conflict, and changes nothing', async (t) => {
  const { item: taken } = await createSong(call);
  const { url, item } = await createSong(call);
  for (const method of ['PUT', 'PATCH']) {
    const { status, body } = await call(method, url, { json: { song: taken.song, artist: taken.artist } });
    t.equal(status, 409, method);
    t.equal(body.code, 'song_exists');
  }
  t.same((await call('GET', url)).body, item);
});

t.test('a replacement sets the year to null if the body has none', async (t) => {
  const { id, url, etag } = await createSong(call, { year: 2019 });
  const { song, artist } = newSong();
  const { status, body, headers } = await call('PUT', url, { json: { song, artist } });
  t.equal(status, 200);
  t.match(body.data, { id, song, artist, year: null });
  t.not(headers.etag, etag);
});

t.test('an update changes only the fields that it contains', async (t) => {
  const { url, item } = await createSong(call);
  t.same((await call('PATCH', url, { json: { year: 2020 } })).body.data, { ...item, year: 2020 });
});

t.test('a merge patch with null removes the year', async (t) => {
  const { url, item } = await createSong(call);
  const { body } = await call('PATCH', url, {
    payload: '{"year":null}',
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  t.same(body.data, { ...item, year: null });
});

t.test('an empty update changes nothing', async (t) => {
  const { url, item } = await createSong(call);
  t.same((await call('PATCH', url, { json: {} })).body.data, item);
});

t.test('a deleted song is not found by any operation', async (t) => {
  const { url } = await createSong(call);
  t.equal((await call('DELETE', url)).status, 204);
  for (const [method, json] of [['GET'], ['PUT', newSong()], ['PATCH', {}], ['DELETE']] as const) {
    const { status, body } = await call(method, url, { json });
    t.equal(status, 404, method);
    t.match(body, { error: 'NotFoundError', code: 'song_not_found', message: 'Song not found' });
  }
});

t.test('the id of a deleted song is not used again', async (t) => {
  const first = await createSong(call);
  await call('DELETE', first.url);
  t.ok((await createSong(call)).id > first.id);
});

t.test('a 304 has the version, and no header of a body', async (t) => {
  const { url, etag } = await createSong(call);
  const { status, headers } = await call('GET', url, { headers: { 'if-none-match': `"other", W/${etag}` } });
  t.equal(status, 304);
  t.equal(headers.etag, etag);
  t.equal(headers['content-length'], undefined, 'it would have to be that of the 200');
  t.equal(headers['content-type'], undefined);
});

t.test('a write bound to an earlier version is 412, and changes nothing', async (t) => {
  const { url, etag } = await createSong(call);
  const headers = { 'if-match': etag };
  const { body: written } = await call('PATCH', url, { json: { year: 1 }, headers });
  for (const [method, json] of [['PATCH', { year: 2 }], ['PUT', newSong()], ['DELETE']] as const) {
    const { status, body } = await call(method, url, { json, headers });
    t.equal(status, 412, method);
    t.equal(body.code, 'precondition_failed');
  }
  t.same((await call('GET', url)).body, written.data);
});

t.test('a filter finds exactly the songs with its value', async (t) => {
  await createSong(call, { song: 'Ölüm', artist: 'Ghost', year: 2016 });
  await createSong(call, { song: 'Euclid', artist: 'Sleep Token', year: 2023 });
  await createSong(call, { song: 'Club', artist: 'Roan', year: 2023 });
  await createSong(call, { song: 'No year', artist: 'Roan', year: null });
  for (const [query, expected] of [
    ['song=Euclid', ['Euclid']],
    ['song=euclid', []],
    ['artist=Ghost', ['Ölüm']],
    ['year=2023', ['Euclid', 'Club']],
    ['year=2023&artist=Sleep%20Token', ['Euclid']],
    ['year=2147483647', []],
  ] as const) {
    t.same(titlesOf((await call('GET', `/songs?${query}`)).body), expected, query);
  }
});

t.test('a search finds any part of a title or artist, case-insensitively, without wildcards', async (t) => {
  await createSong(call, { song: 'Euclid' });
  await createSong(call, { song: 'Ölüm', artist: '50%_Ω' });
  for (const [q, expected] of [
    ['eUC', ['Euclid']],
    ['ö', ['Ölüm']],
    ['%_ω', ['Ölüm']],
    ["'; DROP TABLE songs; --", []],
  ] as const) {
    t.same(titlesOf((await call('GET', `/songs?q=${encodeURIComponent(q)}`)).body), expected, q);
  }
});

t.test('songs are sorted by every key in both directions, page by page', async (t) => {
  for (const [song, artist, year] of [
    ['a', 'z', 2016],
    ['B', 'y', null],
    ['é', 'y', null],
    ['c', 'x', -5],
    ['d', 'x', 2016],
  ] as const) {
    await createSong(call, { song, artist, year });
  }
  const { body: all } = await call('GET', '/songs');
  t.equal(all.length, 5);
  for (const key of ['id', 'song', 'artist', 'year', 'createdAt']) {
    const rank = (song: Record<string, string | number | null>) => song[key] ?? Number.POSITIVE_INFINITY;
    const ascending = all.toSorted(
      (a: Record<string, number>, b: Record<string, number>) =>
        Number(rank(a) > rank(b)) - Number(rank(a) < rank(b)) || Number(a.id) - Number(b.id),
    );
    for (const [sort, expected] of [
      [key, ascending],
      [`-${key}`, ascending.toReversed()],
    ]) {
      t.same((await call('GET', `/songs?sort=${sort}`)).body, expected, `sort=${sort}`);
      t.same(await readPages(call, `/songs?limit=2&sort=${sort}`), expected, `sort=${sort}, two by two`);
    }
  }
});

t.test('a page links to the next one under the base of the request, with the whole query', async (t) => {
  await createSong(call, { year: 2023 });
  await createSong(call, { year: 2016 });
  const second = await createSong(call, { year: 2023 });
  const page = await call('GET', '/v1/songs?limit=1&count=true&year=2023');
  t.equal(page.headers['x-total-count'], '2');
  t.match(nextPage(page), /^\/v1\/songs\?/);
  const next = await call('GET', nextPage(page));
  t.same(next.body, [second.item]);
  t.equal(next.headers.link, undefined);
  t.equal(next.headers['x-total-count'], '2');
});

t.test('a list without count=true has no total', async (t) => {
  t.equal((await call('GET', '/songs')).headers['x-total-count'], undefined);
});

t.test('each text that looks like a cursor is one', async (t) => {
  for (const cursor of ['-1.._.-7.0', '9999999999.AAAA._-.-9999999999.9999999999999', '2.AA._w.0.0']) {
    for (const sort of ['id', '-song', 'artist', '-year', 'createdAt']) {
      const { status } = await call('GET', `/songs?sort=${sort}&cursor=${cursor}`);
      t.equal(status, 200, `${sort} ${cursor}`);
    }
  }
});

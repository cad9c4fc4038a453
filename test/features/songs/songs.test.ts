import t from 'tap';
import { startService } from '../../support/service.ts';

const { call } = await startService(t);
const BLINDING_LIGHTS = { song: 'Blinding Lights', artist: 'The Weeknd', year: 2019 };

t.test('a new database has three songs', async (t) => {
  const { status, body, headers } = await call('GET', '/songs');
  t.equal(status, 200);
  t.match(body, [
    { id: 1, song: 'Square Hammer', artist: 'Ghost', year: 2016 },
    { id: 2, song: 'Euclid', artist: 'Sleep Token', year: 2023 },
    { id: 3, song: 'Pink Pony Club', artist: 'Chappell Roan', year: 2023 },
  ]);
  t.equal(headers.link, undefined, 'there is no next page');
  t.equal(headers['x-total-count'], undefined, 'nobody asked for the total');
});

t.test('songs are created, read, replaced, updated and deleted', async (t) => {
  const created = await call('POST', '/songs', { json: BLINDING_LIGHTS });
  t.equal(created.status, 201);
  t.match(created.body, {
    data: { id: 4, ...BLINDING_LIGHTS, createdAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
  });
  t.equal(created.headers.location, '/songs/4');

  const again = await call('POST', '/songs', { json: { ...BLINDING_LIGHTS, year: null } });
  t.equal(again.status, 409);
  t.match(again.body, { error: 'ConflictError', code: 'song_exists', message: 'Song already exists' });

  const read = await call('GET', '/songs/4');
  t.same(read.body, created.body.data);
  t.equal(read.headers.etag, created.headers.etag);

  const replaced = await call('PUT', '/songs/4', { json: { song: 'After Hours', artist: 'The Weeknd' } });
  t.equal(replaced.status, 200);
  t.match(
    replaced.body.data,
    { id: 4, song: 'After Hours', year: null },
    'what is left out gets its default',
  );
  t.not(replaced.headers.etag, read.headers.etag);

  const updated = await call('PATCH', '/songs/4', { json: { year: 2020 } });
  t.match(updated.body.data, { id: 4, song: 'After Hours', artist: 'The Weeknd', year: 2020 });
  const cleared = await call('PATCH', '/songs/4', {
    payload: '{"year":null}',
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  t.match(cleared.body.data, { song: 'After Hours', year: null }, 'null removes the year');
  t.same(
    (await call('PATCH', '/songs/4', { json: {} })).body,
    cleared.body,
    'an empty patch changes nothing',
  );

  t.equal((await call('DELETE', '/songs/4')).status, 204);
  for (const [method, json] of [['GET'], ['PUT', BLINDING_LIGHTS], ['PATCH', {}], ['DELETE']] as const) {
    const { status, body } = await call(method, '/songs/4', { json });
    t.equal(status, 404, method);
    t.match(body, { error: 'NotFoundError', code: 'song_not_found', message: 'Song not found' });
  }
  t.equal(
    (await call('POST', '/songs', { json: BLINDING_LIGHTS })).headers.location,
    '/songs/5',
    'an id never comes back',
  );
});

t.test('a song cannot become another one', async (t) => {
  for (const method of ['PUT', 'PATCH']) {
    const { status, body } = await call(method, '/songs/1', {
      json: { song: 'Euclid', artist: 'Sleep Token' },
    });
    t.equal(status, 409, method);
    t.equal(body.code, 'song_exists');
  }
  t.equal((await call('GET', '/songs/1')).body.song, 'Square Hammer');
});

t.test('reads and writes can be bound to a version', async (t) => {
  const created = await call('POST', '/songs', { json: { song: 'Versions', artist: 'Of It' } });
  const url = String(created.headers.location);
  const { etag } = (await call('GET', url)).headers;
  const tag = String(etag);

  const known = await call('GET', url, { headers: { 'if-none-match': `"other", W/${tag}` } });
  t.equal(known.status, 304);
  t.equal(known.headers.etag, etag);
  t.equal(known.headers['content-length'], undefined, 'it would have to be that of the 200');
  t.equal(known.headers['content-type'], undefined);
  t.equal((await call('GET', url, { headers: { 'if-none-match': '"other"' } })).status, 200);

  const first = await call('PATCH', url, { json: { year: 1 }, headers: { 'if-match': tag } });
  t.equal(first.status, 200);
  for (const [method, json] of [['PATCH', { year: 2 }], ['PUT', BLINDING_LIGHTS], ['DELETE']] as const) {
    const { status, body } = await call(method, url, { json, headers: { 'if-match': tag } });
    t.equal(status, 412, method);
    t.equal(body.code, 'precondition_failed');
  }
  const now = await call('GET', url, { headers: { 'if-none-match': tag } });
  t.match(now.body, { year: 1 }, 'only the first write was made');

  const weak = await call('DELETE', url, { headers: { 'if-match': `W/${now.headers.etag}` } });
  t.equal(weak.status, 412, 'a weak tag never matches a write');
  const missing = await call('DELETE', '/songs/99', { headers: { 'if-match': tag } });
  t.equal(missing.status, 404, 'what is not there has no version');
  t.equal((await call('DELETE', url, { headers: { 'if-match': '*' } })).status, 204);
});

t.test('songs are filtered exactly, and searched in either case and any alphabet', async (t) => {
  await call('POST', '/songs', { json: { song: 'Ölüm', artist: '50%_Ω', year: null } });
  const titles = async (query: string) =>
    (await call('GET', `/songs?${query}`)).body.map((song: { song: string }) => song.song);

  t.same(await titles('song=Euclid'), ['Euclid']);
  t.same(await titles('song=euclid'), []);
  t.same(await titles('artist=Ghost'), ['Square Hammer']);
  t.same(await titles('year=2023'), ['Euclid', 'Pink Pony Club']);
  t.same(await titles('year=2023&artist=Sleep%20Token'), ['Euclid']);
  t.same(await titles('year=2147483647'), [], 'songs without a year are in no year');
  t.same(await titles('q=eUC'), ['Euclid']);
  t.same(await titles(`q=${encodeURIComponent('ö')}`), ['Ölüm']);
  t.same(await titles(`q=${encodeURIComponent('%_ω')}`), ['Ölüm'], 'wildcards are ordinary characters');
  t.same(await titles(`q=${encodeURIComponent("'; DROP TABLE songs; --")}`), []);
});

t.test('songs are sorted by every key in both directions, page by page', async (t) => {
  for (const [song, artist, year] of [
    ['a', 'z', 2016],
    ['B', 'y', null],
    ['é', 'Ghost', null],
    ['c', 'x', -5],
  ]) {
    await call('POST', '/songs', { json: { song, artist, year } });
  }
  const { body: all } = await call('GET', '/songs?limit=100');
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
      const { status, body } = await call('GET', `/songs?limit=100&sort=${sort}`);
      t.equal(status, 200);
      t.same(body, expected, `sort=${sort}`);
      const walked = [];
      for (let next = `/songs?limit=2&sort=${sort}`; next; ) {
        const page = await call('GET', next);
        walked.push(...page.body);
        next = /^<(.*)>; rel="next"$/.exec(String(page.headers.link ?? ''))?.[1] ?? '';
      }
      t.same(walked, expected, `sort=${sort}, two by two`);
    }
  }
});

t.test('a page says where the next one is, and how many rows there are', async (t) => {
  const page = await call('GET', '/v1/songs?limit=1&count=true&year=2023');
  t.equal(page.headers['x-total-count'], '2');
  const link = String(page.headers.link);
  t.match(link, /^<\/v1\/songs\?/, 'under the base that the client used');
  const next = await call('GET', link.slice(1, link.indexOf('>')));
  t.match(next.body, [{ song: 'Pink Pony Club' }]);
  t.equal(next.headers.link, undefined);
  t.equal(next.headers['x-total-count'], '2', 'the link repeats the whole query');
});

t.test('each text that looks like a cursor is one', async (t) => {
  for (const cursor of ['-1.._.-7.0', '9999999999.AAAA._-.-9999999999.9999999999999', '2.AA._w.0.0']) {
    for (const sort of ['id', '-song', 'artist', '-year', 'createdAt']) {
      const { status } = await call('GET', `/songs?sort=${sort}&cursor=${cursor}`);
      t.equal(status, 200, `${sort} ${cursor}`);
    }
  }
});

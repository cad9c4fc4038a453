import t from 'tap';
import { createSong, newSong, unique } from '../support/builders.ts';
import { atOnce, nextPage, statusesOf } from '../support/client.ts';
import { runningService } from './service.ts';

const { call } = await runningService(t);

t.test('a song lives from its creation to its deletion', async (t) => {
  const json = newSong();
  const created = await call('POST', '/v1/songs', { json });
  t.equal(created.status, 201);
  t.match(created.body, { data: json });
  const url = String(created.headers.location);
  t.equal(url, `/v1/songs/${created.body.data.id}`);

  t.match(await call('POST', '/songs', { json }), { status: 409, body: { message: 'Song already exists' } });
  const read = await call('GET', url);
  t.same(read.body, created.body.data);
  t.equal((await call('HEAD', url)).status, 200);
  const etag = String(read.headers.etag);
  t.equal((await call('GET', url, { headers: { 'if-none-match': etag } })).status, 304);

  const patch = {
    payload: '{"year":null}',
    headers: { 'content-type': 'application/merge-patch+json', 'if-match': etag },
  };
  t.match(await call('PATCH', url, patch), { status: 200, body: { data: { ...json, year: null } } });
  t.equal((await call('PATCH', url, patch)).status, 412);
  t.match(await call('PUT', url, { json }), { status: 200, body: { data: json } });
  t.equal((await call('DELETE', url)).status, 204);
  t.equal((await call('GET', url)).status, 404);
});

t.test('exactly one of concurrent creates of the same song is made', async (t) => {
  const json = newSong();
  const responses = await atOnce(30, () => call('POST', '/songs', { json }));
  const expected = [201, ...Array.from({ length: 29 }, () => 409)];
  t.same(statusesOf(responses).sort(), expected);
  t.equal((await call('GET', `/songs?song=${encodeURIComponent(json.song)}`)).body.length, 1);
});

t.test('no concurrent write that is bound to a version is lost', async (t) => {
  const { url } = await createSong(call, { year: 0 });
  const increment = async () => {
    for (;;) {
      const { body, headers } = await call('GET', url);
      const options = { json: { year: body.year + 1 }, headers: { 'if-match': String(headers.etag) } };
      if ((await call('PATCH', url, options)).status === 200) return;
    }
  };
  await atOnce(8, increment);
  t.equal((await call('GET', url)).body.year, 8);
});

t.test('a walk through all pages meets each song once', async (t) => {
  const artist = unique('Walk');
  for (let index = 0; index < 12; index++) await createSong(call, { song: `Song ${index}`, artist });
  const seen: string[] = [];
  for (let url = `/songs?limit=5&sort=-song&artist=${encodeURIComponent(artist)}`; url !== ''; ) {
    const page = await call('GET', url);
    seen.push(...page.body.map(({ song }: { song: string }) => song));
    url = nextPage(page);
    await createSong(call);
  }
  t.same(seen, seen.toSorted().reverse());
  t.equal(new Set(seen).size, 12);
});

t.test('any part of a text finds it, in any case and script', async (t) => {
  const song = unique('ΟΔΥΣΣΕΙΑ İıẞ Straße ǅ 𐐀Ꭰ');
  await createSong(call, { song, artist: 'Όμηρος' });
  for (const q of [
    'ΟΔΥΣ',
    'οδυς',
    'οδυσ',
    'ΣΣΕΙΑ',
    'İI',
    'ss',
    'STRASSE',
    'strasse',
    'ǆ 𐐨ꭰ',
    'ΌΜΗΡΟΣ',
    'όμηροσ',
  ]) {
    const { body } = await call('GET', `/songs?limit=100&sort=-id&q=${encodeURIComponent(q)}`);
    t.ok(
      body.some((found: { song: string }) => found.song === song),
      q,
    );
  }
});

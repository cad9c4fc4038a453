import t from 'tap';
import { runningService, unique } from './service.ts';

const { call } = await runningService(t);

t.test('the catalogue holds its first songs', async (t) => {
  const { status, body } = await call('GET', '/songs?limit=3');
  t.equal(status, 200);
  t.match(body, [{ song: 'Square Hammer' }, { song: 'Euclid' }, { song: 'Pink Pony Club' }]);
});

t.test('a song lives from its creation to its deletion', async (t) => {
  const json = { song: unique('Blinding Lights'), artist: 'The Weeknd', year: 2019 };
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

t.test('clients who create the same song at once make one', async (t) => {
  const json = { song: unique('Race'), artist: 'Everyone' };
  const responses = await Promise.all(Array.from({ length: 30 }, () => call('POST', '/songs', { json })));
  const statuses = responses.map(({ status }) => status);
  t.equal(statuses.filter((status) => status === 201).length, 1);
  t.equal(statuses.filter((status) => status === 409).length, 29);
  t.equal((await call('GET', `/songs?song=${encodeURIComponent(json.song)}`)).body.length, 1);
});

t.test('clients who bind their writes to a version do not overwrite each other', async (t) => {
  const { headers } = await call('POST', '/songs', {
    json: { song: unique('Counter'), artist: 'All', year: 0 },
  });
  const url = String(headers.location);
  const increment = async () => {
    for (;;) {
      const { body, headers } = await call('GET', url);
      const options = { json: { year: body.year + 1 }, headers: { 'if-match': String(headers.etag) } };
      if ((await call('PATCH', url, options)).status === 200) return;
    }
  };
  await Promise.all(Array.from({ length: 8 }, increment));
  t.equal((await call('GET', url)).body.year, 8);
});

t.test('a walk through all pages meets each song once', async (t) => {
  const artist = unique('Walk');
  for (let index = 0; index < 12; index++)
    await call('POST', '/songs', { json: { song: `Song ${index}`, artist } });
  const seen: string[] = [];
  for (let url = `/songs?limit=5&sort=-song&artist=${encodeURIComponent(artist)}`; url !== ''; ) {
    const { body, headers } = await call('GET', url);
    seen.push(...body.map(({ song }: { song: string }) => song));
    url = /^<(.*)>; rel="next"$/.exec(String(headers.link ?? ''))?.[1] ?? '';
    await call('POST', '/songs', { json: { song: unique('Song 99'), artist: unique('Another') } });
  }
  t.same(seen, seen.toSorted().reverse());
  t.equal(new Set(seen).size, 12);
});

t.test('any part of a text finds it, in any case and script', async (t) => {
  const song = unique('ΟΔΥΣΣΕΙΑ İıẞ Straße ǅ 𐐀Ꭰ');
  const { status } = await call('POST', '/songs', { json: { song, artist: 'Όμηρος' } });
  t.equal(status, 201);
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

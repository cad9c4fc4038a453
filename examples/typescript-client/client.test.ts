// Runs against the service at SETLIST_URL.
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { bodyOf, connect, SetlistError } from './client.ts';
import { addSong, allSongs, changeSong } from './songs.ts';

const baseUrl = process.env.SETLIST_URL ?? 'http://127.0.0.1:3000';
const client = connect(baseUrl, { credential: process.env.SETLIST_CREDENTIAL });
const unique = (text: string) => `${text} ${process.pid}-${Date.now()}`;
const add = async (song: string, artist: string, year: number | null = null) =>
  bodyOf(await client.POST('/songs', { body: { song, artist, year } })).data;

test('the iterator returns the songs of all pages', async () => {
  const artist = unique('Walker');
  for (const song of ['A', 'B', 'C', 'D', 'E']) await add(song, artist);
  const titles: string[] = [];
  for await (const { song } of allSongs(client, { artist, sort: '-song', limit: 2 })) titles.push(song);
  deepEqual(titles, ['E', 'D', 'C', 'B', 'A']);
});

test('errors have a code and details', async () => {
  const artist = unique('Twin');
  await add('One', artist);
  await rejects(add('One', artist), { name: 'SetlistError', status: 409, code: 'song_exists' });
  await rejects(add('', artist), (error) => {
    equal(error instanceof SetlistError && error.code, 'validation_failed');
    deepEqual(error instanceof SetlistError && error.details.map(({ loc }) => loc), [['body', 'song']]);
    return true;
  });
});

test('a song is added once, although responses are lost and the service is unavailable', async () => {
  const body = { song: 'Once', artist: unique('Nobody'), year: 2026 };
  const unreliable = connect(baseUrl, { credential: process.env.SETLIST_CREDENTIAL });
  let attempts = 0;
  unreliable.use({
    // The service has added the song when the response is lost.
    onResponse: async ({ response }) => {
      attempts++;
      if (attempts === 1) throw new TypeError('fetch failed');
      if (attempts === 2)
        return Response.json({ code: 'unavailable' }, { status: 503, headers: { 'retry-after': '0' } });
      return response;
    },
  });
  const song = await addSong(unreliable, body);
  equal(attempts, 3);
  const stored: number[] = [];
  for await (const { id } of allSongs(client, { artist: body.artist })) stored.push(id);
  deepEqual(stored, [song.id]);
  await rejects(addSong(client, body), { status: 409, code: 'song_exists' });
});

test('concurrent changes are all kept', async () => {
  const { id } = await add('Counter', unique('All'), 0);
  const increment = () => changeSong(client, id, ({ year }) => ({ year: (year ?? 0) + 1 }));
  await Promise.all(Array.from({ length: 6 }, increment));
  equal(bodyOf(await client.GET('/songs/{id}', { params: { path: { id } } })).year, 6);
});

test('a change fails after too many conflicts', async () => {
  const { id } = await add('Contested', unique('Everyone'), 0);
  const conflicting = connect(baseUrl, { credential: process.env.SETLIST_CREDENTIAL });
  conflicting.use({
    onRequest: async ({ request }) => {
      const params = { path: { id } };
      if (request.method === 'PATCH')
        bodyOf(await client.PATCH('/songs/{id}', { params, body: { year: 1 } }));
    },
  });
  await rejects(
    changeSong(conflicting, id, () => ({ year: 2 }), { attempts: 2 }),
    { status: 412, code: 'precondition_failed' },
  );
});

test('a delete has no body, and the song is not found afterwards', async () => {
  const { id } = await add('Ephemeral', unique('Nobody'));
  const params = { path: { id } };
  equal(bodyOf(await client.DELETE('/songs/{id}', { params })), undefined);
  await rejects(
    changeSong(client, id, () => ({})),
    { status: 404, code: 'song_not_found' },
  );
});

test('a request times out, and an error of a gateway without JSON has no code', async (t) => {
  const server = createServer((request, response) => {
    if (request.url === '/health') return;
    response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const impatient = connect(`http://127.0.0.1:${port}`, { timeout: 100 });
  await rejects(impatient.GET('/health'), { name: 'TimeoutError' });
  const response = await impatient.GET('/songs');
  await rejects(async () => bodyOf(response), { name: 'SetlistError', status: 502, code: 'unknown' });
});

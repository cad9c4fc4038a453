import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { createSong, createTask, MISSING_ID, newSong, newTask, unique } from '../support/builders.ts';
import { atOnce, statusesOf } from '../support/client.ts';
import { startService } from '../support/service.ts';

const { call, app } = await startService(t, { BATCHING: 'on', REQUEST_DEADLINE_MS: '600000' });

/** The number of sent statements with this name. */
const batchesOf = (name: string) => app.batching.counts()[name]?.batches ?? 0;

const songsBy = async (artist: string) =>
  (await call('GET', `/songs?limit=100&artist=${encodeURIComponent(artist)}`)).body;

t.test('concurrent reads are coalesced, and each gets its own row', async (t) => {
  const songs = await atOnce(3, () => createSong(call));
  const before = batchesOf('songs.find');
  const responses = await atOnce(60, (index) => call('GET', String(songs[index % 3]?.url)));
  for (const [index, { body }] of responses.entries()) t.same(body, songs[index % 3]?.item);
  t.ok(batchesOf('songs.find') - before < 20, 'in far fewer batches than requests');
});

t.test('a missing row in a batch is 404, and the others are found', async (t) => {
  const { url } = await createSong(call);
  const responses = await atOnce(20, (index) => call('GET', index % 2 === 0 ? url : `/songs/${MISSING_ID}`));
  for (const [index, { status }] of responses.entries()) t.equal(status, index % 2 === 0 ? 200 : 404);
});

t.test('the first of equal songs in a batch is created, the others exist', async (t) => {
  const { song, artist } = newSong();
  const responses = await Promise.all(
    [song, song, unique('Other'), song, song].map((song) =>
      call('POST', '/songs', { json: { song, artist } }),
    ),
  );
  t.same(statusesOf(responses).sort(), [201, 201, 409, 409, 409]);
  t.equal((await songsBy(artist)).length, 2);
});

t.test('each create of a batch gets its own row', async (t) => {
  const texts = Array.from(
    { length: 150 },
    (_, index) => `${'zyx'[index % 3]} ${index}, "quoted", {braced}, NULL \\`,
  );
  const artist = unique('Many');
  const songs = await Promise.all(texts.map((song, year) => createSong(call, { song, artist, year })));
  t.same(
    songs.map(({ item }) => [item.song, item.year]),
    texts.map((song, year) => [song, year]),
  );
  t.equal(new Set(songs.map(({ etag }) => etag)).size, texts.length);
  const tasks = await Promise.all(
    texts.map((title, index) => createTask(call, { title, done: index % 2 === 0 })),
  );
  t.same(
    tasks.map(({ item }) => [item.title, item.done]),
    texts.map((title, index) => [title, index % 2 === 0]),
  );
});

t.test('only the invalid row of a batch fails', async (t) => {
  await app.pg.query("ALTER TABLE songs ADD CONSTRAINT no_poison CHECK (song <> 'Poison')");
  const artist = unique('Fate');
  const responses = await atOnce(21, (index) =>
    call('POST', '/songs', { json: { song: index === 20 ? 'Poison' : `Good ${index}`, artist } }),
  );
  t.same(statusesOf(responses), [...Array.from({ length: 20 }, () => 201), 500]);
  t.equal((await songsBy(artist)).length, 20);
});

t.test('exactly one of several writes to the same version of a row succeeds', async (t) => {
  for (const method of ['PUT', 'PATCH']) {
    const { url, etag } = await createTask(call);
    const responses = await atOnce(40, () =>
      call(method, url, { json: newTask(), headers: { 'if-match': etag } }),
    );
    const done = responses.filter(({ status }) => status === 200);
    t.equal(done.length, 1, method);
    t.equal(responses.filter(({ status }) => status === 412).length, 39, 'the others see another version');
    t.same((await call('GET', url)).body, done[0]?.body);
  }
});

t.test('exactly one of several deletions of the same version of a row succeeds', async (t) => {
  const { url, etag } = await createTask(call);
  const responses = await atOnce(40, () => call('DELETE', url, { headers: { 'if-match': etag } }));
  t.same(statusesOf(responses).sort(), [204, ...Array.from({ length: 39 }, () => 404)]);
});

t.test('concurrent updates are coalesced, and each row gets the values of its own request', async (t) => {
  const songs = await atOnce(90, (year) => createSong(call, { year }));
  const before = batchesOf('songs.update');
  const changes = songs.map((_, index) => [newSong(), { year: null }, { song: unique('New') }][index % 3]);
  const responses = await Promise.all(
    songs.map(({ url }, index) => call(index % 3 === 0 ? 'PUT' : 'PATCH', url, { json: changes[index] })),
  );
  for (const [index, { body }] of responses.entries())
    t.same(body.data, { ...songs[index]?.item, ...changes[index] });
  t.ok(batchesOf('songs.update') - before < 45, 'in far fewer batches than requests');
});

t.test('an update that fails does not fail the others in its batch', async (t) => {
  const [taken, deleted, ...others] = await atOnce(30, () => createSong(call));
  await call('DELETE', String(deleted?.url));
  const { song, artist } = { ...taken?.item };
  const [missing, conflict, ...rest] = await Promise.all(
    [deleted, ...others].map((it, index) =>
      call('PATCH', String(it?.url), { json: index === 1 ? { song, artist } : { year: index } }),
    ),
  );
  t.equal(missing?.status, 404);
  t.equal(conflict?.status, 409, 'it would make two songs equal');
  t.same(new Set(statusesOf(rest)), new Set([200]));
});

t.test('a read sees every write that was acknowledged before it', async (t) => {
  const { url } = await createSong(call, { year: 0 });
  let acknowledged = 0;
  const writer = async () => {
    for (let year = 1; year <= 30; year++) {
      await call('PATCH', url, { json: { year } });
      acknowledged = year;
    }
  };
  const reader = async () => {
    while (acknowledged < 30) {
      const before = acknowledged;
      const { body } = await call('GET', url);
      if (body.year < before) t.fail(`read ${body.year} after ${before} was acknowledged`);
    }
  };
  await Promise.all([writer(), atOnce(10, reader)]);
  t.pass('no read was stale');
});

t.test('requests of disconnected clients are not sent to the database', async (t) => {
  const { app, call } = await startService(t, { BATCHING: 'on' });
  const { id, url } = await createSong(call);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const port = Number(new URL(app.listeningOrigin).port);
  const busy = Array.from({ length: 200 }, (_, index) => app.inject(`/songs/${id + index}`));
  const sockets = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'));
  for (const socket of sockets) socket.on('error', () => {}).write(`GET ${url} HTTP/1.1\r\nhost: x\r\n\r\n`);
  await delay(5);
  for (const socket of sockets) socket.resetAndDestroy();
  await Promise.all(busy);
  t.equal((await call('GET', url)).status, 200, 'and the service goes on');
});

t.test('other requests are served while many clients get the same large list', async (t) => {
  const { call, app } = await startService(t, { BATCHING: 'on', REQUEST_DEADLINE_MS: '600000' });
  const description = '🎵'.repeat(500);
  await atOnce(50, () => createTask(call, { description }));
  const order: string[] = [];
  const get = async (url: string) => {
    const { statusCode, payload } = await app.inject(url);
    order.push(url);
    return `${statusCode} ${payload}`;
  };
  const first = get('/tasks?limit=50');
  const lists = Array.from({ length: 400 }, () => get('/tasks?limit=50'));
  await first;
  await get('/health');
  t.equal(new Set(await Promise.all(lists)).size, 1, 'all get the same');
  t.ok(order.indexOf('/health') < 300, `after ${order.indexOf('/health')} of 400`);
  t.match(app.batching.counts(), { lists: { expired: 0 } });
});

import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { startService } from '../support/service.ts';

const { call, app } = await startService(t, { BATCHING: 'on' });

t.test('concurrent reads are one statement, and each gets its own row', async (t) => {
  const before = app.batching.counts()['songs.find'];
  const ids = Array.from({ length: 60 }, (_, index) => (index % 4) + 1);
  const responses = await Promise.all(ids.map((id) => call('GET', `/songs/${id}`)));
  for (const [index, { status, body }] of responses.entries()) {
    t.equal(status, ids[index] === 4 ? 404 : 200);
    if (status === 200) t.equal(body.id, ids[index]);
  }
  const after = app.batching.counts()['songs.find'];
  t.ok(Number(after?.batches) - Number(before?.batches) < 20, 'in far fewer batches than requests');
});

t.test('the first of equal songs in a batch is created, the others exist', async (t) => {
  const json = [1, 2, 3, 4].map((year) => ({ song: 'Same', artist: 'Batch', year }));
  const responses = await Promise.all(
    [...json, { song: 'Other', artist: 'Batch' }].map((json) => call('POST', '/songs', { json })),
  );
  t.same(responses.map(({ status }) => status).sort(), [201, 201, 409, 409, 409]);
  t.equal((await call('GET', '/songs?artist=Batch')).body.length, 2);
});

t.test('each create of a batch gets its own row', async (t) => {
  const titles = Array.from(
    { length: 150 },
    (_, index) => `${'zyx'[index % 3]} ${index}, "quoted", {braced}, NULL \\`,
  );
  const songs = await Promise.all(
    titles.map((song, year) => call('POST', '/songs', { json: { song, artist: 'Many', year } })),
  );
  t.same(
    songs.map(({ body }) => body.data.song),
    titles,
  );
  t.equal(new Set(songs.map(({ headers }) => headers.etag)).size, 150);
  const tasks = await Promise.all(
    titles.map((title, index) => call('POST', '/tasks', { json: { title, done: index % 2 === 0 } })),
  );
  t.same(
    tasks.map(({ body }) => [body.title, body.done]),
    titles.map((title, index) => [title, index % 2 === 0]),
  );
});

t.test('only the invalid row of a batch fails', async (t) => {
  await app.pg.query("ALTER TABLE songs ADD CONSTRAINT no_poison CHECK (song <> 'Poison')");
  const names = [...Array.from({ length: 20 }, (_, index) => `Good ${index}`), 'Poison'];
  const responses = await Promise.all(
    names.map((song) => call('POST', '/songs', { json: { song, artist: 'Fate' } })),
  );
  t.same(
    responses.map(({ status }) => status),
    names.map((name) => (name === 'Poison' ? 500 : 201)),
  );
  t.equal((await call('GET', '/songs?artist=Fate&limit=100')).body.length, 20);
});

t.test('exactly one of several writes to the same version of a row succeeds', async (t) => {
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const created = await call('POST', '/tasks', { json: { title: method } });
    const headers = { 'if-match': String(created.headers.etag) };
    const responses = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        call(method, String(created.headers.location), {
          headers,
          ...(method !== 'DELETE' && { json: { title: `${method} ${index}` } }),
        }),
      ),
    );
    const done = responses.filter(({ status }) => status < 300);
    t.equal(done.length, 1, method);
    const others = responses.filter(({ status }) => status !== (method === 'DELETE' ? 404 : 412));
    t.equal(others.length, 1, 'to the others it has another version, or is gone');
    const { status, body } = await call('GET', String(created.headers.location));
    if (method === 'DELETE') t.equal(status, 404);
    else t.equal(body.title, done[0]?.body.title);
  }
});

t.test('writes to many rows are coalesced, and each row gets the values of its own request', async (t) => {
  const before = app.batching.counts()['songs.update'];
  const songs = await Promise.all(
    Array.from({ length: 90 }, (_, year) =>
      call('POST', '/songs', { json: { song: `${year}`, artist: 'W', year } }),
    ),
  );
  const missing = await Promise.all([
    call('DELETE', String(songs[88]?.headers.location)),
    call('DELETE', String(songs[89]?.headers.location)),
  ]);
  t.same(
    missing.map(({ status }) => status),
    [204, 204],
  );
  const responses = await Promise.all(
    songs.map(({ headers }, index) =>
      index % 3 === 0
        ? call('PUT', String(headers.location), { json: { song: `new ${index}`, artist: 'W' } })
        : call('PATCH', String(headers.location), {
            json: index % 3 === 1 ? { year: null } : { song: index === 5 ? '7' : `new ${index}` },
          }),
    ),
  );
  for (const [index, { status, body }] of responses.entries()) {
    if (index >= 88) t.equal(status, 404);
    else if (index === 5) t.equal(status, 409, 'only the one that takes the name of another song fails');
    else {
      t.equal(status, 200);
      t.equal(body.data.song, index % 3 === 1 ? `${index}` : `new ${index}`);
      t.equal(body.data.year, index % 3 === 2 ? index : null);
    }
  }
  const after = app.batching.counts()['songs.update'];
  t.ok(Number(after?.batches) - Number(before?.batches) < 45, 'in far fewer batches than requests');
});

t.test('a read sees every write that was acknowledged before it', async (t) => {
  const { headers } = await call('POST', '/songs', { json: { song: 'Fresh', artist: 'Always', year: 0 } });
  const url = String(headers.location);
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
  await Promise.all([writer(), ...Array.from({ length: 10 }, reader)]);
  t.pass('no read was stale');
});

t.test('requests of disconnected clients are not sent to the database', async (t) => {
  const { app } = await startService(t, { BATCHING: 'on' });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const port = Number(new URL(app.listeningOrigin).port);
  const busy = Array.from({ length: 200 }, (_, index) => app.inject(`/songs/${index + 1}`));
  const sockets = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'));
  for (const socket of sockets)
    socket.on('error', () => {}).write('GET /songs/1 HTTP/1.1\r\nhost: x\r\n\r\n');
  await delay(5);
  for (const socket of sockets) socket.resetAndDestroy();
  await Promise.all(busy);
  t.equal((await app.inject('/songs/1')).statusCode, 200, 'and the service goes on');
});

t.test('other requests are served while many clients get the same large list', async (t) => {
  const { call, app } = await startService(t, { BATCHING: 'on' });
  const description = '🎵'.repeat(500);
  for (let index = 0; index < 50; index++)
    await call('POST', '/tasks', { json: { title: `${index}`, description } });
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

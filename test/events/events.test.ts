import t from 'tap';
import { createSong, createTask, newSong } from '../support/builders.ts';
import { atOnce } from '../support/client.ts';
import { acceptingKeys, authenticated, bearer, testKey } from '../support/credentials.ts';
import { follow, listening } from '../support/event-stream.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const { app, call, base } = await listening(t);

t.test('creates, updates and deletes are events', async (t) => {
  const follower = await follow(t, `${base}/events`);
  t.equal(follower.status, 200);
  t.equal(follower.headers['content-type'], 'text/event-stream');
  t.equal(follower.headers['cache-control'], 'no-store, no-transform');
  const song = await createSong(call, { year: null });
  await call('PATCH', song.url, { json: { year: 2001 } });
  await call('DELETE', song.url);
  const task = await createTask(call);
  const frames = await follower.has(4);
  t.same(
    frames.map(({ event }) => event),
    ['song.created', 'song.updated', 'song.deleted', 'task.created'],
  );
  const [created, updated, deleted, ofTask] = frames;
  t.match(created?.data, {
    specversion: '1.0',
    id: /^[0-9a-f-]{36}$/,
    source: '/songs',
    type: 'song.created',
    subject: song.url,
    time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    datacontenttype: 'application/json',
  });
  t.same(created?.data.data, song.item, 'as in the contract');
  t.same(updated?.data.data, { ...song.item, year: 2001 });
  t.same(deleted?.data.data, { ...song.item, year: 2001 }, 'as before the delete');
  t.same(ofTask?.data.data, task.item);
});

t.test('a client resumes after the last event that it has', async (t) => {
  const first = await follow(t, `${base}/events`);
  const songs = await atOnce(20, () => createSong(call));
  await first.has(20);
  const third = first.frames[2]?.id ?? '';
  first.close();
  const rest = await follow(t, `${base}/v1/events`, { 'last-event-id': third });
  await createTask(call);
  const frames = await rest.has(18);
  t.same(
    frames.slice(0, 17).map(({ data }) => data.id),
    first.frames.slice(3).map(({ data }) => data.id),
  );
  t.equal(frames.at(17)?.event, 'task.created');
  t.equal(new Set(first.frames.map(({ data }) => data.subject)).size, songs.length);
  const byQuery = await follow(t, `${base}/events?after=${third}&follow=false`);
  await byQuery.ended();
  t.same(byQuery.frames, frames);
});

t.test('positions are dense, and the events of a row are in the order of its states', async (t) => {
  const follower = await follow(t, `${base}/events?resource=song`);
  const song = await createSong(call);
  const others = atOnce(50, () => createSong(call));
  for (let year = 1900; year < 1920; year++) await call('PATCH', song.url, { json: { year } });
  await others;
  const frames = await follower.has(71);
  const positions = frames.map(({ id }) => Number(id.split('-')[0]));
  t.same(
    positions,
    positions.map((_, index) => Number(positions[0]) + index),
  );
  const years = frames.filter(({ data }) => data.subject === song.url).map(({ data }) => data.data.year);
  t.same(years, [song.item.year, ...Array.from({ length: 20 }, (_, index) => 1900 + index)]);
});

t.test('a statement of many changes is read in pages, and resumed at any of them', async (t) => {
  const { app, base } = await listening(t);
  await app.pg.query(
    "INSERT INTO songs (song, artist, year) SELECT 'Song ' || n, 'Someone', n FROM generate_series(1, 1250) AS n",
  );
  const follower = await follow(t, `${base}/events?after=0-00000000`);
  const frames = await follower.has(1_250);
  t.same(
    frames.map(({ id, data }) => [Number.parseInt(id, 10), data.data.year]),
    Array.from({ length: 1_250 }, (_, index) => [index + 1, index + 1]),
  );
  t.equal(new Set(frames.map(({ data }) => data.id)).size, 1_250);
  for (const count of [1, 99, 100, 101, 749, 750, 1_249, 1_250]) {
    const rest = await follow(t, `${base}/events?after=${frames[count - 1]?.id}&follow=false`);
    await rest.ended();
    t.same(rest.frames, frames.slice(count), `after ${count}`);
  }
});

t.test('only events of the requested resources are sent', async (t) => {
  const songsOnly = await follow(t, `${base}/events?resource=song`);
  const both = await follow(t, `${base}/events?resource=song&resource=task`);
  await createTask(call);
  await createSong(call);
  t.same(
    (await both.has(2)).map(({ event }) => event),
    ['task.created', 'song.created'],
  );
  t.same(
    (await songsOnly.has(1)).map(({ event }) => event),
    ['song.created'],
  );
  for (const query of ['resource=band', 'after=x', 'follow=maybe', 'page=2']) {
    t.equal((await call('GET', `/events?${query}`)).status, 422, query);
  }
  t.equal((await call('GET', '/events', { headers: { accept: 'text/html' } })).status, 406);
});

t.test('changes by other programs are events without a source', async (t) => {
  const follower = await follow(t, `${base}/events`);
  const { song, artist } = newSong();
  await app.pg.query('INSERT INTO songs (song, artist) VALUES ($1, $2)', [song, artist]);
  await app.pg.query('UPDATE songs SET year = 2001 WHERE song = $1', [song]);
  await app.pg.query('DELETE FROM songs WHERE song = $1', [song]);
  t.same(
    (await follower.has(3)).map(({ event }) => event),
    ['song.created', 'song.updated', 'song.deleted'],
  );
  const { rows } = await app.pg.query('SELECT source FROM setlist_events() ORDER BY position DESC LIMIT 3');
  t.same(rows, [{ source: null }, { source: null }, { source: null }]);
});

t.test('each event has the source of its change, also of changes in one batch', async (t) => {
  const keys = ['ada', 'bob', 'eve'].map((name) =>
    testKey(name, ['tasks:read', 'tasks:write', 'songs:read', 'songs:write']),
  );
  const { app, call } = await startService(t, acceptingKeys(...keys));
  const clients = keys.map(({ key }) => authenticated(call, key));
  const urls = await atOnce(6, async (n) => {
    const headers = { 'x-request-id': `create-${n}`, ...(n % 2 === 1 && { 'idempotency-key': `key-${n}` }) };
    const path = n < 3 ? '/songs' : '/tasks';
    const json = n < 3 ? newSong() : { title: `Task ${n}` };
    const created = await clients[n % 3]?.('POST', path, { json, headers });
    return String(created?.headers.location);
  });
  await atOnce(6, async (n) => {
    await clients[n % 3]?.('PATCH', String(urls[n]), {
      json: n < 3 ? { year: 2001 } : { done: true },
      headers: { 'x-request-id': `update-${n}` },
    });
  });
  await atOnce(6, async (n) => {
    await clients[n % 3]?.('DELETE', String(urls[n]), { headers: { 'x-request-id': `delete-${n}` } });
  });
  const read = async () =>
    (await app.pg.query('SELECT type, resource_id, source FROM setlist_events()')).rows;
  await until(async () => (await read()).length === 18, 'There are no events');
  const sources = new Map(
    (await read()).map(({ type, resource_id: id, source }) => [`${type} ${id}`, source]),
  );
  for (const [n, url] of urls.entries()) {
    const resource = n < 3 ? 'song' : 'task';
    const id = url.split('/').at(-1);
    const owner = `key:${['ada', 'bob', 'eve'][n % 3]}`;
    for (const change of ['create', 'update', 'delete'])
      t.same(sources.get(`${resource}.${change}d ${id}`), [owner, `${change}-${n}`], `${change} ${n}`);
  }
});

t.test('a client whose events are not available starts again with a reset', async (t) => {
  const { app, call, base } = await listening(t, { EVENTS_RETENTION_DAYS: '1' });
  // Each in a set of its own.
  for (let n = 0; n < 5; n++) await createSong(call);
  const all = await follow(t, `${base}/events?after=0-00000000&follow=false`);
  await until(async () => {
    const { rows } = await app.pg.query('SELECT position::integer FROM event_head');
    return rows[0]?.position === 5;
  }, 'There are no events');
  await all.ended();
  const complete = await follow(t, `${base}/events?after=0-00000000&follow=false`);
  await complete.ended();
  t.equal(complete.frames.length, 5);
  const ids = complete.frames.map(({ id }) => id);
  const resumed = async (after: string | undefined) => {
    const follower = await follow(t, `${base}/events?after=${after}&follow=false`);
    await follower.ended();
    return follower.frames.map(({ event, id }) => `${event} ${id}`);
  };
  const head = ids.at(-1);
  t.same(await resumed('3-00000000'), [`reset ${head}`], 'another event was there');
  t.same(await resumed('6-0a3f1c5e'), [`reset ${head}`], 'no event was there yet');
  t.same(await resumed(head), []);
  // Events that a consumer has not handled are kept as well.
  await until(async () => {
    const { rows } = await app.pg.query('SELECT name FROM event_consumers WHERE position = 5 ORDER BY name');
    return rows.map(({ name }) => name).join() === 'audit,webhooks';
  }, 'A consumer is behind');
  await app.pg.query(
    "UPDATE change_sets SET occurred_at = now() - interval '25 hours' WHERE last_position <> 4",
  );
  await until(async () => {
    // The queue may remove rows at the same time, which are then skipped here.
    await app.removeOldRows();
    return (await app.pg.query('SELECT FROM change_sets')).rowCount === 2;
  }, 'Old events are kept');
  t.same(
    (await app.pg.query('SELECT last_position::integer AS position FROM change_sets ORDER BY last_position'))
      .rows,
    [{ position: 4 }, { position: 5 }],
    'the last one is kept',
  );
  t.same(await resumed(ids[1]), [`reset ${head}`], 'it was removed');
  t.same(await resumed('0-00000000'), [`reset ${head}`]);
  t.same(await resumed(ids[3]), [`song.created ${head}`]);
  for (let n = 0; n < 2; n++) await createSong(call);
  await until(async () => (await resumed(ids[3])).length === 3, 'There are no events');
  await app.pg.query('DELETE FROM change_sets WHERE last_position = 6');
  t.match(await resumed(ids[3]), [/^reset 7-/], 'an event in between was removed');
});

t.test('callers see the events of what they can read', async (t) => {
  const keys = {
    songs: testKey('songs', ['songs:read']),
    ada: testKey('ada', ['tasks:read', 'tasks:write']),
    bob: testKey('bob', ['tasks:read', 'tasks:write', 'songs:write', 'songs:read']),
    all: testKey('all', ['tasks:read', 'tasks:all', 'songs:read']),
    none: testKey('none', ['songs:write']),
  };
  const { call, base } = await listening(t, acceptingKeys(...Object.values(keys)));
  const as = (name: keyof typeof keys, query = '') =>
    follow(t, `${base}/events${query}`, bearer(keys[name].key));
  const followers = {
    songs: await as('songs'),
    ada: await as('ada'),
    bob: await as('bob'),
    all: await as('all'),
    ownSongs: await as('bob', '?resource=song'),
  };
  const [ofAda, ofBob] = await Promise.all([
    createTask(authenticated(call, keys.ada.key)),
    createTask(authenticated(call, keys.bob.key)),
  ]);
  const song = await createSong(authenticated(call, keys.bob.key));
  const seen = async (name: keyof typeof followers, count: number) =>
    (await followers[name].has(count)).map(({ data }) => data.subject).toSorted();
  t.same(await seen('all', 3), [song.url, ofAda.url, ofBob.url].toSorted());
  t.same(await seen('songs', 1), [song.url]);
  t.same(await seen('ada', 1), [ofAda.url]);
  t.same(await seen('bob', 2), [song.url, ofBob.url].toSorted());
  t.same(await seen('ownSongs', 1), [song.url]);
  for (const [name, query, scope] of [
    ['none', '', 'songs:read'],
    ['ada', '?resource=song', 'songs:read'],
  ] as const) {
    const { status, headers } = await call('GET', `/events${query}`, { headers: bearer(keys[name].key) });
    t.equal(status, 403);
    t.match(headers['www-authenticate'], `scope="${scope}"`);
  }
  t.equal((await call('GET', '/events')).status, 401);
});

t.test('events of a resource that is not declared are not sent', async (t) => {
  const { app, call, base } = await listening(t);
  const follower = await follow(t, `${base}/events`);
  await app.pg.query(
    `INSERT INTO change_sets (type, path, resource_ids, payloads) VALUES ('band.created', '/bands', '{1}', '[{}]')`,
  );
  await createSong(call);
  const [frame] = await follower.has(1);
  t.match(frame, { event: 'song.created', id: /^2-/ });
});

t.test('another database behind the service resets all streams', async (t) => {
  const { app, call, base } = await listening(t);
  const follower = await follow(t, `${base}/events`);
  await atOnce(3, () => createSong(call));
  await follower.has(3);
  await app.pg.query('UPDATE event_head SET position = 0');
  await app.pg.query('DELETE FROM change_sets');
  await follower.has(4);
  await createSong(call);
  await follower.has(5);
  t.same(
    follower.frames.slice(3).map(({ event, id }) => `${event} ${Number.parseInt(id, 10)}`),
    ['reset 0', 'song.created 1'],
  );
});

t.test('failures of the database are logged, and all events arrive after them', async (t) => {
  const { app, call, base, log } = await listening(t);
  const follower = await follow(t, `${base}/events`);
  const logged = (msg: string) => log.filter((line) => line.msg === msg).length;
  await app.pg.query('ALTER TABLE event_head RENAME TO hidden');
  await createSong(call);
  await until(() => logged('Changes cannot be numbered') > 0, 'It is not logged');
  await until(() => logged('Events cannot be read') > 0, 'It is not logged');
  await app.pg.query('ALTER TABLE hidden RENAME TO event_head');
  await follower.has(1);
  t.equal(logged('Changes cannot be numbered'), 1, 'a series of failures is logged once');
});

import t from 'tap';
import { resources } from '../../schemas/index.ts';
import { EventFeed } from '../../src/events/feed.ts';
import { StoredEvents } from '../../src/events/stored-events.ts';
import { EventStream } from '../../src/events/stream.ts';
import { createSong } from '../support/builders.ts';
import { bearer } from '../support/credentials.ts';
import { follow, listening } from '../support/event-stream.ts';
import { seconds, startIssuer } from '../support/issuer.ts';
import { startService } from '../support/service.ts';
import { unreliableServer } from '../support/unreliable-server.ts';
import { until } from '../support/until.ts';

const { call, base } = await listening(t);

t.test('a stream ends when the token of its caller expires', async (t) => {
  const issuer = await startIssuer(t);
  const { base } = await listening(t, issuer.environment);
  const follower = await follow(
    t,
    `${base}/events`,
    bearer(issuer.token({ scope: 'songs:read', exp: seconds(2) })),
  );
  const lasting = await follow(
    t,
    `${base}/events`,
    bearer(issuer.token({ scope: 'songs:read', exp: seconds(30 * 86_400) })),
  );
  t.equal(follower.status, 200);
  await follower.ended();
  t.notOk(lasting.isEnded);
});

t.test('a client that does not read is disconnected, and does not delay others', async (t) => {
  const { app, base, log } = await listening(t);
  const slow = await follow(t, `${base}/events`);
  slow.response.pause();
  const other = await follow(t, `${base}/events`);
  let count = 0;
  // The buffers of its connection fill up first.
  while (app.events.size === 2 && count < 20_000) {
    await app.pg.query(
      "INSERT INTO tasks (title, description) SELECT 'Task', repeat('x', 2000) FROM generate_series(1, 100)",
    );
    count += 100;
    await other.has(count);
  }
  slow.response.resume();
  await slow.ended();
  t.ok(slow.frames.length < count);
  t.notOk(other.isEnded);
  t.match(
    log.filter(({ level }) => Number(level) >= 50),
    [],
    'it is no error',
  );
});

t.test('above the limit of clients, a stream ends at once', async (t) => {
  const { call, base } = await listening(t, { EVENTS_MAX_CLIENTS: '2' });
  const kept = [await follow(t, `${base}/events`), await follow(t, `${base}/events`)];
  const excess = await follow(t, `${base}/events`);
  t.equal(excess.status, 200, 'EventSource gives up after an error');
  await excess.ended();
  t.same(
    kept.map(({ isEnded }) => isEnded),
    [false, false],
  );
  t.equal((await call('GET', '/events?follow=false')).status, 503, 'it is not an empty stream');
  kept[0]?.close();
  await until(async () => {
    const next = await follow(t, `${base}/events`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return !next.isEnded;
  }, 'The place stays taken');
});

t.test('HEAD has the headers of the stream, and ends', async (t) => {
  const { status, headers } = await call('HEAD', '/events');
  t.equal(status, 200);
  t.equal(headers['content-type'], 'text/event-stream');
});

t.test('a stream ends with its connection; one that does not follow is chunked', async (t) => {
  const { headers: following } = await follow(t, `${base}/events`);
  t.equal(following.connection, 'close');
  t.equal(following['transfer-encoding'], undefined);
  const complete = await follow(t, `${base}/events?follow=false`);
  t.equal(complete.headers['transfer-encoding'], 'chunked');
  await complete.ended();
});

t.test('streams have the headers of every response', async (t) => {
  const { headers } = await follow(t, `${base}/events`, {
    origin: 'https://myapp.com',
    'x-request-id': 'my-stream',
  });
  t.match(headers, {
    'x-request-id': 'my-stream',
    'access-control-allow-origin': 'https://myapp.com',
    'x-content-type-options': 'nosniff',
    vary: /Origin/,
  });
});

t.test('a stop ends all streams', async (t) => {
  const { app, base } = await listening(t);
  const followers = await Promise.all([follow(t, `${base}/events`), follow(t, `${base}/events`)]);
  const began = performance.now();
  await app.close();
  await Promise.all(followers.map((follower) => follower.ended()));
  t.ok(performance.now() - began < 10_000);
});

t.test('after a stop, a stream ends at once', async (t) => {
  const { app, call, base } = await listening(t);
  app.events.stop();
  const { status, ended } = await follow(t, `${base}/events`);
  t.equal(status, 200);
  await ended();
  t.equal((await call('GET', '/events?follow=false')).status, 503, 'it is not an empty stream');
});

t.test(
  'a slow client gets all stored events, more than one page; a stop breaks its stream off',
  async (t) => {
    const { app, base } = await listening(t);
    // A page of songs between pages of tasks, which are too many for the buffers of a connection.
    await app.pg.query(`
    INSERT INTO tasks (title, description) SELECT 'Task', repeat('x', 2000) FROM generate_series(1, 2000);
    INSERT INTO songs (song, artist) SELECT 'Song ' || n, 'Someone' FROM generate_series(1, 1000) AS n;
    INSERT INTO tasks (title, description) SELECT 'Task', repeat('x', 2000) FROM generate_series(1, 2000)`);
    await until(async () => {
      const { rows } = await app.pg.query('SELECT position FROM event_head');
      return rows[0]?.position === 5000;
    }, 'There are no events');
    const url = `${base}/events?resource=task&after=0-00000000&follow=false`;
    const [follower, other] = [await follow(t, url), await follow(t, url)];
    follower.response.pause();
    other.response.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    t.equal(app.events.size, 2, 'the streams wait for their clients');
    follower.response.resume();
    await follower.ended();
    t.same(
      follower.frames.map(({ id }) => Number.parseInt(id, 10)),
      Array.from({ length: 4000 }, (_, index) => index + 1 + (index < 2000 ? 0 : 1000)),
    );
    t.ok(follower.response.complete);
    app.events.stop();
    other.response.resume();
    await other.ended();
    t.notOk(other.response.complete, 'its client knows that events are missing');
  },
);

t.test('checkpoints move clients on that do not see the last events', async (t) => {
  const { app, call } = await startService(t);
  const feed = new EventFeed(new StoredEvents(app, resources), app.log, 50);
  const stream = new EventStream({ resources: ['task'], ownOnly: [], owner: undefined }, 10_000);
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  await feed.join(stream, undefined);
  await createSong(call);
  const poll = setInterval(() => feed.wake(), 20);
  t.teardown(() => clearInterval(poll));
  await until(() => /^id: 1-[0-9a-f]{8}\nevent: checkpoint$/m.test(text), 'There is no checkpoint');
  t.match(text, /^id: 0-00000000\nevent: checkpoint\ndata: {}\n\n/);
  t.notMatch(text, 'song');
  feed.stop();
});

t.test('a client that does not read checkpoints is disconnected', async (t) => {
  const { app } = await startService(t);
  const feed = new EventFeed(new StoredEvents(app, resources), app.log, 5);
  const stream = new EventStream({ resources: ['task'], ownOnly: [], owner: undefined }, 200);
  await feed.join(stream, undefined);
  await until(() => stream.destroyed, 'It stays connected');
  t.equal(feed.size, 0);
});

t.test('during an outage, a stream ends without an error: EventSource tries again', async (t) => {
  const database = await unreliableServer(t);
  const { app, call } = await startService(t, database.environment);
  await database.shut();
  const { status, text } = await call('GET', '/events');
  t.equal(status, 200);
  t.match(text, /^retry: \d+\n\n$/);
  t.equal((await call('GET', '/events?follow=false')).status, 503, 'it is not an empty stream');
  t.equal(app.events.size, 0);
});

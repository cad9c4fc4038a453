// Events under faults: each follower gets each event once, in order. FAULT_ROUNDS sets the number of faults.
import { setTimeout as delay } from 'node:timers/promises';
import { EventSource } from 'eventsource';
import pg from 'pg';
import t, { type Test } from 'tap';
import { newSong } from './support/builders.ts';
import { readPages } from './support/client.ts';
import { onServer, testDatabase } from './support/database.ts';
import { follow } from './support/event-stream.ts';
import { type ServiceProcess, startProcess } from './support/process.ts';
import { until } from './support/until.ts';

const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 2);
const WRITERS = 8;
const FOLLOWERS = 4;
/** The time between two faults, in milliseconds. */
const PAUSE = 1_000;

/** What a follower received. */
interface Received {
  positions: number[];
  subjects: string[];
  resets: number;
}

/** Follows the events of songs with a public client, which connects to another instance each time. */
function followWithEventSource(t: Test, start: string, nextBase: () => string): Received {
  const received: Received = { positions: [], subjects: [], resets: 0 };
  const source = new EventSource(`http://setlist/events?after=${start}`, {
    fetch: (url, init) => fetch(String(url).replace('http://setlist', nextBase()), init),
  });
  t.teardown(() => source.close());
  source.addEventListener('song.created', ({ data, lastEventId }) => {
    received.positions.push(Number.parseInt(lastEventId, 10));
    received.subjects.push(JSON.parse(data).subject);
  });
  source.addEventListener('reset', () => received.resets++);
  return received;
}

/** Creates songs at any instance until `isRunning` returns false, and returns the paths of the acknowledged ones. */
async function write(call: () => ServiceProcess['call'], isRunning: () => boolean): Promise<string[]> {
  const created: string[] = [];
  while (isRunning()) {
    const response = await call()('POST', '/songs', { json: newSong() }).catch(() => undefined);
    if (response?.status === 201) created.push(String(response.headers.location));
    else await delay(20);
  }
  return created;
}

t.test('followers that change instances get each event once, in order, through kill -9', async (t) => {
  const database = await testDatabase(t);
  // Two processes cannot share an embedded database.
  const instances = await Promise.all(
    Array.from({ length: onServer ? 2 : 1 }, () => startProcess(t, database)),
  );
  let turn = 0;
  const nextInstance = () => instances[turn++ % instances.length] as ServiceProcess;
  const probe = await follow(t, `${nextInstance().base}/events?follow=false`);
  await probe.ended();
  const followers = Array.from({ length: FOLLOWERS }, () =>
    followWithEventSource(t, probe.lastId, () => nextInstance().base),
  );

  let isRunning = true;
  t.teardown(() => {
    isRunning = false;
  });
  const writers = Array.from({ length: WRITERS }, () =>
    write(
      () => nextInstance().call,
      () => isRunning,
    ),
  );
  for (let round = 0; round < ROUNDS; round++) {
    await delay(PAUSE);
    const index = round % instances.length;
    await instances[index]?.end('SIGKILL');
    instances[index] = await startProcess(t, database);
  }
  await delay(PAUSE);
  isRunning = false;
  const acknowledged = (await Promise.all(writers)).flat();
  t.ok(acknowledged.length > 0);

  let expected: string[] = [];
  await until(async () => {
    const all = await follow(
      t,
      `${nextInstance().base}/events?resource=song&after=${probe.lastId}&follow=false`,
    );
    await all.ended();
    expected = all.frames.map(({ data }) => data.subject);
    const known = new Set(expected);
    return acknowledged.every((path) => known.has(path));
  }, 'An acknowledged song has no event');
  t.equal(new Set(expected).size, expected.length, 'and only one');
  for (const { positions, subjects, resets } of followers) {
    await until(() => subjects.length >= expected.length, 'A follower misses events');
    t.same(subjects, expected, 'no gap, no duplicate, and the same order for all');
    t.ok(positions.every((position, index) => position === (positions[0] ?? 0) + index));
    t.equal(resets, 0);
  }
  const { call } = nextInstance();
  await until(
    async () => (await call('GET', '/audit?limit=1')).body[0]?.subject === expected.at(-1),
    'The last change is not in the audit log',
  );
  const audited = (await readPages(call, '/audit?limit=100')).filter(
    ({ action }) => action === 'song.created',
  );
  t.same(
    audited.map(({ subject }) => subject).toReversed(),
    expected,
    'each change is in the audit log once, in order',
  );
  t.comment(`${ROUNDS} × kill -9, ${expected.length} events, ${FOLLOWERS} followers`);
});

if (onServer)
  t.test(
    'a transaction that commits late loses no event; a reader of ascending ids loses its row',
    async (t) => {
      const database = await testDatabase(t);
      const { base } = await startProcess(t, database);
      const elsewhere = new URL(String(database.DATABASE_URL));
      elsewhere.pathname = '/postgres';
      const clients = [database.DATABASE_URL, database.DATABASE_URL, elsewhere.href].map(
        (connectionString) => new pg.Client({ connectionString }),
      );
      t.teardown(() => Promise.all(clients.map((client) => client.end())));
      for (const client of clients) await client.connect();
      const [late, other, stranger] = clients as [pg.Client, pg.Client, pg.Client];
      // All databases of a server share one sequence of transaction ids.
      await stranger.query('BEGIN');
      await stranger.query('SELECT txid_current()');
      const follower = await follow(t, `${base}/events`);
      const insert = (client: pg.Client, title: string) =>
        client.query("INSERT INTO songs (song, artist) VALUES ($1, 'Someone') RETURNING id", [title]);
      let last = (await other.query('SELECT coalesce(max(id), 0) AS id FROM songs')).rows[0].id;
      const readAscending = async () => {
        const { rows } = await other.query('SELECT id FROM songs WHERE id > $1 ORDER BY id', [last]);
        last = rows.at(-1)?.id ?? last;
        return rows.map(({ id }) => id);
      };

      await late.query('BEGIN');
      const lateId = (await insert(late, 'Late')).rows[0].id;
      const otherId = (await insert(other, 'Other')).rows[0].id;
      await follower.has(1);
      const read = await readAscending();
      await late.query('COMMIT');
      await follower.has(2);
      read.push(...(await readAscending()));
      t.same(read, [otherId], 'ids are not in the order of commits');
      t.same(
        follower.frames.map(({ data }) => data.data.id),
        [otherId, lateId],
      );
    },
  );

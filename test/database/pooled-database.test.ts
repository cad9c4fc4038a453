import pg, { type ClientConfig, type PoolClient } from 'pg';
import t from 'tap';
import { poolOptions } from '../../src/database/pool-options.ts';
import { PooledDatabase } from '../../src/database/pooled-database.ts';
import { createSong, newSong } from '../support/builders.ts';
import { refusingServer, silentServer, standbyServer } from '../support/fake-server.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

t.test('a server that rejects connections is unavailable, for any reason', async (t) => {
  for (const code of ['28P01', '28000', '3D000', '42501', '55000', '57P03', '53300', '08P01']) {
    const pool = new pg.Pool({ host: '127.0.0.1', port: await refusingServer(t, code), user: 'me' });
    t.teardown(() => pool.end());
    await t.rejects(
      new PooledDatabase(pool).query({ text: 'SELECT 1' }),
      { name: 'DatabaseUnavailable', code, cause: { code } },
      code,
    );
  }
});

t.test('a standby is unavailable, and used when it has become the primary', async (t) => {
  const server = await standbyServer(t);
  const connection = { host: '127.0.0.1', port: server.port, user: 'me' };
  const pool = new pg.Pool(
    poolOptions(connection, { max: 2, statementTimeout: 5_000, connectTimeout: 5_000 }),
  );
  t.teardown(() => pool.end());
  const database = new PooledDatabase(pool);
  const read = () => database.query({ text: 'SELECT 1', isPlannedForValues: true });
  for (let time = 0; time < 6; time++) await t.rejects(read(), { name: 'DatabaseUnavailable' });
  t.equal(pool.totalCount, 0);
  t.equal(database.isCircuitOpen, true);
  server.promote();
  t.same((await read()).rows, []);
  t.equal(pool.totalCount, 1);
});

t.test('an error that the server reports does not close the connection', async (t) => {
  const { app } = await startService(t);
  await app.database.query({ text: 'SELECT 1' });
  const removed: unknown[] = [];
  app.pg.pool.on('remove', (client) => removed.push(client));
  await t.rejects(app.database.query({ text: 'SELECT missing' }), { name: 'error', code: '42703' });
  await t.rejects(
    app.database.query({
      text: "INSERT INTO songs (song, artist) SELECT 'a', 'b' FROM generate_series(1, 2)",
    }),
    { name: 'UniqueViolation', constraint: 'songs_song_artist_key' },
  );
  t.same((await app.database.query({ text: 'SELECT 1 AS one' })).rows, [{ one: 1 }]);
  t.equal(removed.length, 0);
});

t.test(
  'a failed connection attempt fails all that wait; connections that arrive later are returned',
  async (t) => {
    const pool = new pg.Pool();
    const attempts: Parameters<typeof pool.connect>[0][] = [];
    Object.assign(pool, { connect: (attempt: (typeof attempts)[number]) => attempts.push(attempt) });
    const database = new PooledDatabase(pool);
    const failed = [1, 2].map(() =>
      t.rejects(database.query({ text: 'SELECT 1' }), { name: 'DatabaseUnavailable' }),
    );
    attempts[0]?.(new Error('connection refused'), undefined, () => {});
    await Promise.all(failed);
    const released: unknown[] = [];
    attempts[1]?.(undefined, {} as PoolClient, (destroy) => released.push(destroy));
    t.same(released, [undefined]);
  },
);

t.test('a connection in an unknown state is not used again', async (t) => {
  const { app } = await startService(t);
  const removed: unknown[] = [];
  app.pg.pool.on('remove', (client) => removed.push(client));
  app.pg.pool.once(
    'acquire',
    ({ connectionParameters }: PoolClient & { connectionParameters: ClientConfig }) => {
      connectionParameters.query_timeout = 1;
    },
  );
  await t.rejects(app.database.query({ text: 'SELECT count(*) FROM generate_series(1, 3000000)' }), {
    name: 'DatabaseUnavailable',
    cause: { message: 'Query read timeout' },
  });
  await until(() => removed.length === 1, 'The connection is kept');
});

t.test('statements succeed when the type of a column changes on live connections', async (t) => {
  const { app, call } = await startService(t);
  const requests = async (round: string) => {
    const created = await call('POST', '/songs', { json: newSong({ song: round }) });
    const url = String(created.headers.location);
    const responses = [
      created,
      await call('GET', url),
      await call('GET', '/songs?year=2019&count=true'),
      await call('GET', '/songs?q=type'),
      await call('PATCH', url, { json: { year: 2000 } }),
      await call('DELETE', url),
    ];
    t.same(
      responses.map(({ status }) => status),
      [201, 200, 200, 200, 200, 204],
      round,
    );
  };
  await requests('before');
  for (const change of [
    'ALTER TABLE songs ALTER COLUMN year TYPE bigint',
    'ALTER TABLE songs ALTER COLUMN year TYPE integer',
    'ALTER TABLE songs DROP COLUMN created_at, ADD COLUMN created_at timestamptz(3) NOT NULL DEFAULT now()',
  ]) {
    await app.pg.query(change);
    await requests(change);
    await requests(`${change}, again`);
  }
});

t.test('a prepared statement that the session lost, or already has, is retried', async (t) => {
  const { app } = await startService(t, { DB_POOL_MAX: '1' });
  const statement = { text: 'SELECT $1::integer AS one', values: [1] };
  await app.database.query(statement);
  const { rows } = await app.pg.query<{ name: string; statement: string }>(
    'SELECT name, statement FROM pg_prepared_statements',
  );
  const name = rows.find((row) => row.statement === statement.text)?.name;
  t.match(name, /^setlist-[0-9a-f]{16}$/, 'named by its text');

  await app.pg.query('DEALLOCATE ALL');
  t.match(await app.database.query(statement), { rows: [{ one: 1 }] }, 'lost');
  app.pg.pool.once('connect', (client) => {
    client.query(`PREPARE "${name}" AS SELECT 2 AS one`);
  });
  t.match(await app.database.query(statement), { rows: [{ one: 1 }] }, 'another statement has this name');
});

t.test('a statement that fails again without its name fails with its error', async (t) => {
  const { app } = await startService(t);
  await t.rejects(app.database.query({ text: 'VACUUM (FULL, DISABLE_PAGE_SKIPPING) songs' }), {
    code: '0A000',
  });
  t.match(await app.database.query({ text: 'SELECT 1 AS one' }), { rows: [{ one: 1 }] });
});

t.test('a statement is replanned periodically as its tables grow', async (t) => {
  const { app } = await startService(t, { DB_POOL_MAX: '1' });
  const database = new PooledDatabase(app.pg.pool, { planLifetime: 0 });
  const sent: string[] = [];
  const client = await app.pg.pool.connect();
  const query = client.query.bind(client);
  Object.assign(client, {
    query(...values: Parameters<typeof query>) {
      const [first] = values;
      sent.push(typeof first === 'string' ? first : String(Object(first).text));
      return query(...values);
    },
  });
  client.release();
  for (let round = 0; round < 3; round++) await database.query({ text: 'SELECT 1' });
  // Without the statements of the queues.
  const own = sent.filter((text) => text === 'SELECT 1' || text === 'DISCARD PLANS');
  t.same(own, ['SELECT 1', 'DISCARD PLANS', 'SELECT 1', 'DISCARD PLANS', 'SELECT 1']);
});

t.test('a table without ids left is a 503 with an explanation in the log, and reads succeed', async (t) => {
  const { app, call, log } = await startService(t);
  await app.pg.query('ALTER TABLE songs ALTER COLUMN id RESTART WITH 2147483647');
  const { id, url, item } = await createSong(call);
  t.equal(id, 2_147_483_647);
  for (let round = 0; round < 2; round++) {
    const { status, body } = await call('POST', '/songs', { json: newSong() });
    t.match({ status, body }, { status: 503, body: { code: 'unavailable' } });
  }
  const { song, artist } = item;
  t.equal((await call('POST', '/songs', { json: { song, artist } })).status, 409);
  t.equal((await call('GET', url)).status, 200);
  t.match(
    log.filter(({ level }) => level === 50),
    [{ err: { type: 'IdsExhausted', message: /no ids left: .*songs_id_seq/ } }],
  );
});

t.test(
  'statements that wait for a connection fail with the attempt, and then one probe is sent for all',
  async (t) => {
    const { port, connections, respond } = await silentServer(t);
    const pool = new pg.Pool({
      host: '127.0.0.1',
      port,
      user: 'me',
      max: 2,
      connectionTimeoutMillis: 300,
    });
    const database = new PooledDatabase(pool);
    const run = () =>
      Array.from({ length: 10 }, () =>
        database.query({ text: 'SELECT 1' }).catch((error: Error) => error.name),
      );
    t.same(new Set(await Promise.all(run())), new Set(['DatabaseUnavailable']));
    await until(() => pool.totalCount === 0, 'The pool still tries');
    const before = connections();
    t.same(new Set(await Promise.all(run())), new Set(['DatabaseUnavailable']));
    t.equal(connections() - before, 1);

    respond();
    const succeeds = () =>
      database.query({ text: 'SELECT 1' }).then(
        () => true,
        () => false,
      );
    await until(succeeds, 'The circuit stays open');
    const results = await Promise.all(run());
    t.same(new Set(results.map((result) => typeof result)), new Set(['object']), 'then all succeed');
    t.equal(pool.totalCount, 2);
    await pool.end();
  },
);

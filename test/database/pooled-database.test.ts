import pg from 'pg';
import t from 'tap';
import { PooledDatabase } from '../../src/database/pooled-database.ts';
import { refusingServer } from '../support/fake-server.ts';
import { startService } from '../support/service.ts';

t.test('a server that refuses connections is unavailable, whatever its reason', async (t) => {
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

t.test('an error that the server reports costs no connection', async (t) => {
  const { app } = await startService(t);
  await app.database.query({ text: 'SELECT 1' });
  const connections: unknown[] = [];
  app.pg.pool.on('connect', (client) => connections.push(client));
  await t.rejects(app.database.query({ text: 'SELECT missing' }), { name: 'error', code: '42703' });
  await t.rejects(
    app.database.query({
      text: "INSERT INTO songs (song, artist) SELECT 'a', 'b' FROM generate_series(1, 2)",
    }),
    { name: 'UniqueViolation', constraint: 'songs_song_artist_key' },
  );
  t.same((await app.database.query({ text: 'SELECT 1 AS one' })).rows, [{ one: 1 }]);
  t.equal(connections.length, 0);
});

t.test('a connection in an unknown state is not used again', async (t) => {
  const { app } = await startService(t);
  const removed: unknown[] = [];
  app.pg.pool.on('remove', (client) => removed.push(client));
  await t.rejects(
    app.database.query(
      Object.assign({ text: 'SELECT count(*) FROM generate_series(1, 3000000)' }, { query_timeout: 1 }),
    ),
    { name: 'DatabaseUnavailable', cause: { message: 'Query read timeout' } },
  );
  t.equal(removed.length, 1);
});

import pg from 'pg';
import t from 'tap';
import { song } from '../../schemas/song.ts';
import { listingOf } from '../../src/crud/listing.ts';
import { createSong } from '../support/builders.ts';
import { onServer, testDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';

const HAS_INDEX = 'SELECT to_regclass(\'songs_by_trigrams\') IS NOT NULL AS "hasIndex"';

t.test('a database has an index for searches if it has trigrams', async (t) => {
  const { app } = await startService(t);
  const { rows } = await app.pg.query(
    `SELECT to_regclass('songs_by_trigrams') IS NOT NULL AS "hasIndex",
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AS "hasTrigrams",
       setlist_index_search('songs', 'song', 'artist') AS again`,
  );
  const { hasTrigrams } = rows[0];
  t.same(rows, [{ hasIndex: hasTrigrams, hasTrigrams, again: hasTrigrams }]);
});

if (onServer) {
  t.test(
    'a search reads the index for a rare text, and the rows in their order for a common one',
    async (t) => {
      const { app, call } = await startService(t);
      await app.pg.query(
        "INSERT INTO songs (song, artist) SELECT 'Common ' || n, 'Band ' || n % 100 FROM generate_series(1, 20000) AS n",
      );
      await app.pg.query('ANALYZE songs');
      const { item } = await createSong(call, { song: '100% \\ rare_Ünïcode', artist: 'Common' });
      const listing = listingOf(song);
      const client = await app.pg.connect();
      const plan = async (q: string) => {
        // Without a name, as the service runs it.
        const { text, values } = listing.pages([{ q, limit: 20 }]);
        const { rows } = await client.query(`EXPLAIN ${text}`, values);
        return rows.map((row) => row['QUERY PLAN']).join('\n');
      };
      t.match(await plan('rare_ünï'), 'songs_by_trigrams');
      t.match(listing.count({ q: 'rare_ünï' }), { isPlannedForValues: true });
      t.match(await plan('common'), /Index Scan using songs_pkey/);
      t.notMatch(await plan('ü'), 'songs_by_trigrams', 'two letters are no trigram');
      client.release();
      for (const q of ['rare_ünï', 'RARE_', '% \\ r', '0%', '\\', 'code', 'ü']) {
        t.same((await call('GET', `/songs?q=${encodeURIComponent(q)}`)).body, [item], q);
      }
      for (const q of ['rare%', '100_', 'rare\\_', '\\\\'])
        t.same((await call('GET', `/songs?q=${encodeURIComponent(q)}`)).body, [], q);
      const counted = await call('GET', '/songs?q=rare_&count=true');
      t.equal(counted.headers['x-total-count'], '1');
    },
  );

  t.test('a role that may not create extensions starts without an index, and searches', async (t) => {
    const { DATABASE_URL = '' } = await testDatabase(t);
    const url = new URL(DATABASE_URL);
    const owner = new pg.Client(DATABASE_URL);
    await owner.connect();
    t.teardown(() => owner.end());
    const role = `plain_${url.pathname.slice(1)}`;
    await owner.query(
      `CREATE ROLE ${role} LOGIN; GRANT CREATE ON SCHEMA public TO ${role}; CREATE SCHEMA pgboss; GRANT CREATE, USAGE ON SCHEMA pgboss TO ${role}`,
    );
    url.username = role;
    const { app, call } = await startService(t, { DATABASE_URL: url.href });
    t.same((await app.pg.query(HAS_INDEX)).rows, [{ hasIndex: false }]);
    const { item } = await createSong(call, { song: 'Plain' });
    t.same((await call('GET', '/songs?q=LAI')).body, [item]);

    await owner.query('CREATE EXTENSION pg_trgm');
    await app.pg.query("SELECT setlist_index_search('songs', 'song', 'artist')");
    t.same(
      (await app.pg.query(HAS_INDEX)).rows,
      [{ hasIndex: true }],
      'once an administrator has installed it',
    );
    t.same((await call('GET', '/songs?q=LAI')).body, [item]);
    await app.close();
    await owner.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
  });
}

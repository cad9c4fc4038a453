import type { QueryConfig } from 'pg';
import t from 'tap';
import { song } from '../../schemas/song.ts';
import { repositoryOf } from '../../src/crud/repository.ts';
import type { Queryable } from '../../src/database/pooled-database.ts';
import { createSong } from '../support/builders.ts';
import { nextPage } from '../support/client.ts';
import { startService } from '../support/service.ts';

const { call, app } = await startService(t);

t.test('a walk gives each surviving row exactly once while others insert and delete', async (t) => {
  await app.pg.query(`
    INSERT INTO songs (song, artist, year)
    SELECT 'Song ' || n, 'Artist ' || n % 7, CASE WHEN n % 5 = 0 THEN NULL ELSE 1960 + n % 60 END
    FROM generate_series(1, 300) AS n`);
  const { rows } = await app.pg.query('SELECT id FROM songs');
  const before = new Set<number>(rows.map(({ id }) => id));

  for (const sort of ['id', '-id', 'song', '-year', 'year', '-createdAt', 'artist']) {
    const seen: number[] = [];
    const deleted = new Set<number>();
    let round = 0;
    for (let url = `/songs?limit=7&sort=${sort}`; url !== ''; round++) {
      const page = await call('GET', url);
      seen.push(...page.body.map(({ id }: { id: number }) => id));
      url = nextPage(page);
      const last = page.body.at(-1)?.id;
      // Another client deletes the row of the cursor and a random one, and adds a song at a random position.
      for (const id of [last, [...before][(round * 37) % before.size]]) {
        if (deleted.size < 60 && id !== undefined && (await call('DELETE', `/songs/${id}`)).status === 204)
          deleted.add(id);
      }
      await createSong(call, { year: 1960 + round });
    }
    t.equal(seen.length, new Set(seen).size, `${sort}: no row twice`);
    const survivors = [...before].filter((id) => !deleted.has(id));
    t.same(
      survivors.filter((id) => !seen.includes(id)),
      [],
      `${sort}: no surviving row is missed`,
    );
    for (const id of deleted) before.delete(id);
  }
});

t.test('filters by artist and by year read an index in the order of the page', async (t) => {
  const client = await app.pg.pool.connect();
  t.teardown(() => client.release(true));
  // Few rows are read fastest without an index; the test checks whether an index can be used.
  await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off');
  const plans: string[] = [];
  const explaining: Queryable = {
    async query({ text, values }: QueryConfig) {
      const { rows } = await client.query(`EXPLAIN ${text}`, values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return { ...(await client.query('SELECT WHERE false')), rows: [] };
    },
  };
  const songs = repositoryOf(song, { main: explaining, lists: explaining });

  await songs.listMany([{ artist: 'Ghost', limit: 20 }]);
  await songs.listMany([{ year: 2016, limit: 20 }]);
  t.match(plans[0], /Index Scan using songs_by_artist/);
  t.match(plans[1], /Index Scan using songs_by_year/);
  t.notMatch(plans.join('\n'), /Sort/);
});

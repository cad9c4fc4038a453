import t from 'tap';
import { models } from '../../schemas/index.ts';
import { song } from '../../schemas/song.ts';
import { batched } from '../../src/crud/batched.ts';
import { contractOf } from '../../src/crud/contract.ts';
import { shapeOf } from '../../src/crud/listing.ts';
import { repositoryOf } from '../../src/crud/repository.ts';
import { registerRoutes, routesOf } from '../../src/crud/routes.ts';
import type { Feature } from '../../src/features/feature.ts';
import { startService } from '../support/service.ts';
import { VENUE_TABLE, venue, venueErrors } from './venue.ts';

const venues: Feature = async (app) => {
  const repository = batched(venue, repositoryOf(venue, app.databases), app.batching);
  registerRoutes(app, venue, contractOf(venue, venueErrors), routesOf(venue, repository, venueErrors));
};

const { app } = await startService(
  t,
  { BATCHING: 'on' },
  { features: [venues], models: [...models, ...venue.models] },
);
await app.pg.query(VENUE_TABLE);
await app.pg.query(`
  INSERT INTO concert_venues
    (name, street_name, notes, capacity, rating, is_open_air, opened_on, sold_out_at, owner, nickname, size)
  SELECT 'Venue ' || n % 7, 'Street ' || n, '', nullif(n % 5, 0), nullif(n % 4 - 1.5, -1.5), n % 2 = 0,
    CASE WHEN n % 6 > 0 THEN date '1999-12-28' + n % 6 END,
    CASE WHEN n % 3 > 0 THEN timestamptz '1969-07-20T20:17:40.123Z' + n % 3 * interval '1 day' END,
    CASE WHEN n % 4 > 0 THEN ('0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e3' || n % 4)::uuid END,
    (ARRAY['', 'a,"b"', '{NULL}', E'back\\\\slash', '🎵', NULL])[1 + n % 6], (ARRAY['small', 'large'])[1 + n % 2]
  FROM generate_series(1, 200) AS n`);

type Query = (typeof venue.schemas.query)['static'];
const repository = repositoryOf(venue, app.databases);

/** Values of each filter: of some rows, and of none. */
const filters: readonly Partial<Query>[][] = [
  [{}, {}, {}],
  [{ capacity: 1 }, { capacity: 4 }, { capacity: 77 }],
  [{ rating: -0.5 }, { rating: 0.5 }, { rating: 1.5e-7 }],
  [{ isOpenAir: true }, { isOpenAir: false }],
  [{ openedOn: '1999-12-31' }, { openedOn: '2000-01-01' }, { openedOn: '1000-01-01' }],
  [{ soldOutAt: '1969-07-21T20:17:40.123Z' }, { soldOutAt: '1969-07-22T20:17:40.123Z' }],
  [{ owner: '0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e31' }, { owner: '0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e32' }],
  [
    { nickname: '' },
    { nickname: 'a,"b"' },
    { nickname: '{NULL}' },
    { nickname: 'back\\slash' },
    { nickname: '🎵' },
  ],
  [{ size: 'small' }, { size: 'large' }],
  [
    { isOpenAir: true, size: 'small', capacity: 2 },
    { isOpenAir: false, size: 'large', capacity: 3 },
  ],
];
const sorts = Object.keys(venue.sortKeys).flatMap((name) => [name, `-${name}`]) as NonNullable<
  Query['sort']
>[];

t.test('several lists of one shape give the pages that each gives alone, in every order', async (t) => {
  for (const sort of sorts) {
    for (const [index, values] of filters.entries()) {
      const queries = values.flatMap((filter, n) =>
        [1, 3 + n, 100].map((limit) => ({ ...filter, sort, limit })),
      );
      const alone = (await Promise.all(queries.map((query) => repository.listMany([query])))).flat();
      const together = await repository.listMany(queries);
      const visible = (pages: typeof alone) =>
        pages.map(({ rows, next }) => ({ rows: rows.map(({ id }) => id), next }));
      t.same(visible(together), visible(alone), `${sort} ${Object.keys(values[0] ?? {})}`);
      t.match(together[0]?.rows[0] ?? {}, alone[0]?.rows[0] ?? {});

      const next = alone.flatMap(({ next: cursor }, n) =>
        cursor === undefined ? [] : [{ ...queries[n], limit: 5, cursor }],
      );
      const after = (await Promise.all(next.map((query) => repository.listMany([query])))).flat();
      t.same(visible(await repository.listMany(next)), visible(after), `${sort} ${index} behind a cursor`);
      if (index === 0) t.ok(next.length > 4);
    }
  }
});

t.test('the shape of a query has its filters, its order and whether it has a cursor, but no values', (t) => {
  const limit = 1;
  const same = (a: object, b: object) => shapeOf(song, { limit, ...a }) === shapeOf(song, { limit, ...b });
  t.ok(same({ artist: 'a' }, { artist: 'b', limit: 2, count: true, sort: 'id' }));
  t.ok(same({ cursor: '1' }, { cursor: '2' }));
  t.notOk(same({ artist: 'a' }, { song: 'a' }));
  t.notOk(same({ artist: 'a' }, { artist: 'a', year: 1 }));
  t.notOk(same({ sort: 'year' }, { sort: '-year' }));
  t.notOk(same({}, { cursor: '1' }));
  t.end();
});

t.test('concurrent lists of some shapes are few statements, and each caller gets its own page', async (t) => {
  const urls = Array.from({ length: 90 }, (_, n) => {
    const limit = `limit=${1 + (n % 20)}`;
    return [
      `capacity=${n % 6}&${limit}`,
      `sort=-name&${limit}`,
      `size=small&isOpenAir=${n % 4 === 0}&${limit}`,
    ][n % 3];
  });
  const get = async (query: string | undefined) => {
    const { statusCode, payload, headers } = await app.inject(`/concert-venues?${query}`);
    return { statusCode, payload, link: headers.link };
  };
  const alone = [];
  for (const url of urls) alone.push(await get(url));
  t.same([...new Set(alone.map(({ statusCode }) => statusCode))], [200]);
  const before = app.batching.counts().lists;
  t.same(await Promise.all(urls.map(get)), alone);
  const after = app.batching.counts().lists;
  const statements = Number(after?.batches) - Number(before?.batches);
  t.ok(statements < 45, `${statements} statements for ${urls.length} lists`);
  t.notMatch(alone.map(({ payload }) => payload).join(), 'place_');
});

import t from 'tap';
import { models } from '../../schemas/index.ts';
import { batched } from '../../src/crud/batched.ts';
import { sortExpression } from '../../src/crud/columns.ts';
import { contractOf } from '../../src/crud/contract.ts';
import { repositoryOf } from '../../src/crud/repository.ts';
import { registerRoutes, routesOf } from '../../src/crud/routes.ts';
import type { Feature } from '../../src/features/feature.ts';
import { MISSING_ID } from '../support/builders.ts';
import { nextPage } from '../support/client.ts';
import { startService } from '../support/service.ts';
import { VENUE_TABLE, type Venue, type VenueCreate, venue, venueErrors } from './venue.ts';

const venues: Feature = async (app) => {
  const repository = batched(venue, repositoryOf(venue, app.databases), app.batching);
  registerRoutes(app, venue, contractOf(venue, venueErrors), routesOf(venue, repository, venueErrors));
};

const { app } = await startService(t, {}, { features: [venues], models: [...models, ...venue.models] });
await app.pg.query(VENUE_TABLE);

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Sends a request to the venues, and returns the response with its body. */
async function call<Body = Venue>(method: Method, path: string, payload?: object) {
  const response = await app.inject({ method, url: `/concert-venues${path}`, ...(payload && { payload }) });
  const body = response.json<Body>();
  return { status: response.statusCode, headers: response.headers, body };
}

let made = 0;
const newVenue = (fields: Partial<VenueCreate> = {}): VenueCreate => ({
  name: `Venue ${made++}`,
  streetName: 'Main Street',
  ...fields,
});

const EVERYTHING = {
  notes: 'Bring "ear plugs", {braces} and NULL\n',
  capacity: 200,
  rating: -1.5e-7,
  isOpenAir: true,
  openedOn: '1999-12-31',
  soldOutAt: '1969-07-20T20:17:40.123Z',
  checkedOn: '2026-11-20',
  owner: '0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35',
  nickname: 'The Barn 🎵',
  size: 'large',
} as const;
const DEFAULTS = {
  notes: '',
  capacity: null,
  rating: null,
  isOpenAir: false,
  openedOn: null,
  soldOutAt: null,
  checkedOn: '2026-01-01',
  owner: null,
  nickname: null,
  size: 'small',
};

t.test('a row of every type is stored and read as it was sent', async (t) => {
  const json = newVenue(EVERYTHING);
  const created = await call('POST', '', json);
  t.equal(created.status, 201);
  t.match(created.body, json);
  t.equal(created.headers.location, `/concert-venues/${created.body.id}`);
  t.same((await call('GET', `/${created.body.id}`)).body, created.body);
});

t.test('what a create leaves out has its default, and a PUT sets it again', async (t) => {
  const json = newVenue();
  const { body } = await call('POST', '', json);
  t.match(body, { ...json, ...DEFAULTS });
  const changed = await call('PATCH', `/${body.id}`, EVERYTHING);
  t.match(changed.body, { ...json, ...EVERYTHING });
  t.match((await call('PUT', `/${body.id}`, json)).body, { ...json, ...DEFAULTS });
});

t.test('the document describes the defaults of dates in words', async (t) => {
  const { components } = (await app.inject('/openapi.json')).json();
  const { checkedOn, size } = components.schemas.ConcertVenueCreate.properties;
  t.equal(checkedOn.description, 'When it was last checked. Default: 2026-01-01.');
  t.notOk('default' in checkedOn);
  t.equal(size.default, 'small');
});

t.test('an update writes the fields that it holds, and null where a field may be null', async (t) => {
  const { body } = await call('POST', '', newVenue(EVERYTHING));
  const { status, body: patched } = await call('PATCH', `/${body.id}`, { capacity: null, size: 'small' });
  t.equal(status, 200);
  t.match(patched, { ...EVERYTHING, capacity: null, size: 'small' });
  t.ok(patched.updatedAt >= body.updatedAt);
});

t.test('values that the type does not hold fail validation', async (t) => {
  for (const fields of [
    { rating: '1.5' },
    { openedOn: '0000-01-01' },
    { openedOn: '2026-02-30' },
    { soldOutAt: '2026-11-20T07:28:35Z' },
    { soldOutAt: '2016-12-31T23:59:60.000Z' },
    { owner: EVERYTHING.owner.toUpperCase() },
    { size: 'medium' },
    { isOpenAir: null },
  ]) {
    const { status } = await call('POST', '', { ...newVenue(), ...fields });
    t.equal(status, 422, JSON.stringify(fields));
  }
});

t.test('two rows that must differ are a conflict, in a create and in a write', async (t) => {
  const json = newVenue();
  const other = await call('POST', '', newVenue());
  t.equal((await call('POST', '', json)).status, 201);
  t.match(await call('POST', '', json), { status: 409, body: { code: venueErrors.conflict.code } });
  t.match(await call('PATCH', `/${other.body.id}`, json), {
    status: 409,
    body: { code: venueErrors.conflict.code },
  });
});

t.test('a conflict of a resource that has no error for it is a 500', async (t) => {
  const { notFound } = venueErrors;
  const feature: Feature = async (app) => {
    const repository = batched(venue, repositoryOf(venue, app.databases), app.batching);
    registerRoutes(app, venue, contractOf(venue, { notFound }), routesOf(venue, repository, { notFound }));
  };
  const { app } = await startService(t, {}, { features: [feature], models: [...models, ...venue.models] });
  await app.pg.query(VENUE_TABLE);
  const create = (payload: VenueCreate) => app.inject({ method: 'POST', url: '/concert-venues', payload });
  const [taken, other] = [newVenue(), newVenue()];
  t.equal((await create(taken)).statusCode, 201);
  const url = String((await create(other)).headers.location);
  for (const response of [
    await create(taken),
    await app.inject({ method: 'PUT', url, payload: taken }),
    await app.inject({ method: 'PATCH', url, payload: taken }),
  ]) {
    t.equal(response.statusCode, 500);
    t.equal(response.json().code, 'internal_error');
  }
  t.match((await app.inject(url)).json(), other);
});

t.test('a missing row is the error of the resource', async (t) => {
  t.match(await call('DELETE', `/${MISSING_ID}`), { status: 404, body: { code: venueErrors.notFound.code } });
});

t.test('each filter finds the rows with this value, not those without one', async (t) => {
  await app.pg.query('TRUNCATE concert_venues');
  const { body } = await call('POST', '', newVenue(EVERYTHING));
  await call('POST', '', newVenue());
  for (const name of [
    'capacity',
    'rating',
    'isOpenAir',
    'openedOn',
    'soldOutAt',
    'owner',
    'nickname',
    'size',
  ] as const) {
    const value = name === 'rating' ? '-0.00000015' : String(EVERYTHING[name]);
    const { body: found } = await call<Venue[]>('GET', `?${name}=${encodeURIComponent(value)}`);
    t.same(found, [body], name);
  }
});

t.test('a search finds a part of a text', async (t) => {
  await app.pg.query('TRUNCATE concert_venues');
  const { body } = await call('POST', '', newVenue(EVERYTHING));
  await call('POST', '', newVenue());
  t.same((await call<Venue[]>('GET', '?q=EAR%20PLUGS')).body, [body]);
});

t.test('pages in each order give every row once, those without a value last', async (t) => {
  await app.pg.query('TRUNCATE concert_venues');
  const values = [-3, -0.5, 0, 2.25, 7];
  for (const [index, rating] of [...values, null, null].entries()) {
    const fields = rating !== null && {
      rating,
      capacity: index,
      openedOn: `${1000 + index * 2000}-0${index + 1}-15`,
      soldOutAt: `${1000 + index * 2000}-06-15T12:00:00.00${index}Z`,
      nickname: ['', 'A', 'a', 'z', '🎵'][index],
      size: 'large' as const,
    };
    await call('POST', '', newVenue(fields || {}));
  }
  for (const name of [
    'id',
    'name',
    'capacity',
    'rating',
    'openedOn',
    'soldOutAt',
    'nickname',
    'createdAt',
  ] as const) {
    for (const sort of [name, `-${name}`]) {
      const ids: number[] = [];
      for (let url = `?sort=${sort}&limit=2`; url !== ''; ) {
        const page = await call<Venue[]>('GET', url);
        t.equal(page.status, 200, sort);
        ids.push(...page.body.map(({ id }) => id));
        url = nextPage(page).replace('/concert-venues', '');
      }
      const expected = await app.pg.query(
        `SELECT id FROM concert_venues
         ORDER BY ${sortExpression(name, venue)} ${sort === name ? 'ASC' : 'DESC'}, id ${sort === name ? 'ASC' : 'DESC'}`,
      );
      t.same(
        ids,
        expected.rows.map(({ id }) => id),
        sort,
      );
      if (sort === 'rating') t.same(ids.slice(0, 5), ids.toSorted((a, b) => a - b).slice(0, 5));
    }
  }
});

t.test('a made-up cursor that fits its pattern is a place in every order', async (t) => {
  const { pattern } = venue.schemas.query.properties.cursor;
  for (const [time, day] of [
    ['-999999999999999', '-9999999'],
    ['999999999999999', '9999999'],
  ]) {
    const cursor = ['1', 'AA', '-9999999999', 'eA', day, time, 'AA', '_w', '0', '9999999999999'].join('.');
    t.match(cursor, new RegExp(pattern));
    for (const sort of Object.keys(venue.sortKeys)) {
      const { status } = await call('GET', `?sort=${sort}&cursor=${cursor}`);
      t.equal(status, 200, `${sort} ${cursor}`);
    }
  }
});

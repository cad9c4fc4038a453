import pg from 'pg';
import t from 'tap';
import { models } from '../../schemas/index.ts';
import { song } from '../../schemas/song.ts';
import { batched } from '../../src/crud/batched.ts';
import { contractOf } from '../../src/crud/contract.ts';
import { fingerprintOf, KEYS_CONSTRAINT } from '../../src/crud/idempotent-create.ts';
import { repositoryOf } from '../../src/crud/repository.ts';
import { registerRoutes, routesOf } from '../../src/crud/routes.ts';
import { UniqueViolation } from '../../src/database/failures.ts';
import type { Feature } from '../../src/features/feature.ts';
import { createSong, newSong, newTask, unique } from '../support/builders.ts';
import { atOnce, type Client, readPages, statusesOf } from '../support/client.ts';
import { acceptingKeys, authenticated, testKey } from '../support/credentials.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { VENUE_TABLE, venue, venueErrors } from './venue.ts';

const { call } = await startService(t, { MAX_TASKS: '0' });
const withKey = (key: string) => ({ 'idempotency-key': key });
const songsNamed = (song: string) => readPages(call, `/songs?song=${encodeURIComponent(song)}`);

t.test('a repeated create has one effect, and the first response again', async (t) => {
  const json = newSong();
  const headers = withKey(unique('key').replaceAll(' ', '-'));
  const first = await call('POST', '/songs', { json, headers });
  t.equal(first.status, 201);
  t.equal(first.headers['idempotency-replayed'], undefined);
  for (const key of [headers['idempotency-key'], `"${headers['idempotency-key']}"`]) {
    const again = await call('POST', '/songs', { json, headers: withKey(key) });
    t.equal(again.status, 201);
    t.equal(again.text, first.text, 'the same bytes');
    t.equal(again.headers.location, first.headers.location);
    t.equal(again.headers.etag, first.headers.etag);
    t.equal(again.headers['idempotency-replayed'], 'true');
  }
  t.equal((await songsNamed(json.song)).length, 1);
  t.equal((await call('GET', String(first.headers.location))).text, JSON.stringify(first.body.data));
  const { artist, song, year } = json;
  t.equal(
    (await call('POST', '/songs', { json: { year, artist, song }, headers })).status,
    201,
    'fields in another order',
  );
});

t.test('a key of another request is refused', async (t) => {
  const headers = withKey(unique('key').replaceAll(' ', '-'));
  const json = newSong();
  t.equal((await call('POST', '/songs', { json, headers })).status, 201);
  const other = newSong();
  const refused = await call('POST', '/songs', { json: other, headers });
  t.equal(refused.status, 422);
  t.equal(refused.body.code, 'idempotency_key_reused');
  t.equal((await songsNamed(other.song)).length, 0);
  t.equal(
    (await call('POST', '/tasks', { json: newTask(), headers })).status,
    422,
    'also of another operation',
  );
});

t.test('a conflict is repeated; failures before it are not stored', async (t) => {
  const existing = await createSong(call);
  const { song, artist, year } = existing.item;
  const headers = withKey(unique('key').replaceAll(' ', '-'));
  t.equal((await call('POST', '/songs', { json: { song: '' }, headers })).status, 422);
  t.equal(
    (
      await call('POST', '/songs', {
        payload: '{',
        headers: { ...headers, 'content-type': 'application/json' },
      })
    ).status,
    400,
  );
  const create = () => call('POST', '/songs', { json: { song, artist, year }, headers });
  t.equal((await create()).status, 409);
  await call('DELETE', existing.url);
  const again = await create();
  t.equal(again.status, 409, 'although it could be created now');
  t.equal(again.headers['idempotency-replayed'], 'true');
  t.equal((await call('POST', '/songs', { json: { song, artist, year } })).status, 201);
});

t.test('concurrent repetitions have one effect', async (t) => {
  for (const [path, make] of [
    ['/songs', newSong],
    ['/tasks', newTask],
  ] as const) {
    const bodies = Array.from({ length: 8 }, () => make());
    const keys = bodies.map(() => unique('key').replaceAll(' ', '-'));
    const responses = await atOnce(80, (n) =>
      call('POST', path, { json: bodies[n % 8], headers: withKey(`${keys[n % 8]}`) }),
    );
    t.same(statusesOf(responses), Array(80).fill(201));
    for (let n = 0; n < 8; n++) {
      const same = responses.filter((_, index) => index % 8 === n);
      t.equal(new Set(same.map(({ text }) => text)).size, 1, 'the same bytes');
      t.equal(same.filter(({ headers }) => headers['idempotency-replayed'] === undefined).length, 1);
    }
    t.equal(new Set(responses.map(({ headers }) => headers.location)).size, 8);
  }
});

t.test('equal creates with different keys are a conflict', async (t) => {
  const json = newSong();
  const responses = await atOnce(10, () =>
    call('POST', '/songs', { json, headers: withKey(unique('key').replaceAll(' ', '-')) }),
  );
  t.same(statusesOf(responses).sort(), [201, ...Array(9).fill(409)]);
});

t.test('a key is at most 255 visible characters', async (t) => {
  for (const key of ['', '""', ' ', 'é', 'a b', 'x'.repeat(256), `"${'x'.repeat(256)}"`]) {
    const { status, body } = await call('POST', '/songs', { json: newSong(), headers: withKey(key) });
    t.equal(status, 422, JSON.stringify(key));
    t.match(body.details, [{ loc: ['header', 'idempotency-key'] }]);
  }
  t.equal((await call('POST', '/songs', { json: newSong(), headers: withKey('x'.repeat(255)) })).status, 201);
});

t.test('callers have keys of their own', async (t) => {
  const keys = [testKey('ada', ['tasks:read', 'tasks:write']), testKey('bob', ['tasks:read', 'tasks:write'])];
  const service = await startService(t, acceptingKeys(...keys));
  const json = newTask();
  const create = (client: Client) => client('POST', '/tasks', { json, headers: withKey('one') });
  const [ada, bob] = await Promise.all(keys.map(({ key }) => create(authenticated(service.call, key))));
  t.same([ada?.status, bob?.status], [201, 201]);
  t.not(ada?.body.id, bob?.body.id);
  t.equal(bob?.headers['idempotency-replayed'], undefined);
});

t.test('the limit on tasks holds, and its conflict is repeated', async (t) => {
  const service = await startService(t, { MAX_TASKS: '3' });
  const bodies = Array.from({ length: 6 }, () => newTask());
  const create = (n: number) =>
    service.call('POST', '/tasks', { json: bodies[n], headers: withKey(`key-${n}`) });
  const responses = await atOnce(6, create);
  t.same(statusesOf(responses).sort(), [201, 201, 201, 409, 409, 409]);
  t.same(statusesOf(await atOnce(6, create)), statusesOf(responses));
  t.equal((await readPages(service.call, '/tasks')).length, 3);
});

t.test('a replay of every type is the first response', async (t) => {
  const venues: Feature = async (app) => {
    const repository = batched(venue, repositoryOf(venue, app.databases), app.batching);
    registerRoutes(app, venue, contractOf(venue, venueErrors), routesOf(venue, repository, venueErrors));
  };
  const { app } = await startService(t, {}, { features: [venues], models: [...models, ...venue.models] });
  await app.pg.query(VENUE_TABLE);
  const payload = {
    name: 'Red "Barn" \u{1F3B5}',
    streetName: 'Main\\Street',
    capacity: 200,
    rating: -1.5e-7,
    isOpenAir: true,
    openedOn: '1999-12-31',
    soldOutAt: '1969-07-20T20:17:40.120Z',
    owner: '0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35',
    size: 'large',
  };
  const create = () =>
    app.inject({ method: 'POST', url: '/concert-venues', payload, headers: withKey('venue') });
  const first = await create();
  t.match(first.json(), payload);
  t.equal((await create()).payload, first.payload);
  const read = await app.inject(String(first.headers.location));
  t.equal(read.payload, first.payload);
  t.equal(read.headers.etag, first.headers.etag);
});

t.test('old keys are removed', async (t) => {
  const service = await startService(t, { IDEMPOTENCY_HOURS: '2' });
  const create = (key: string) =>
    service.call('POST', '/tasks', { json: { title: 'x' }, headers: withKey(key) });
  await create('old');
  await create('new');
  await service.app.pg.query(
    "UPDATE idempotency_keys SET created_at = now() - interval '121 minutes' WHERE key = 'old'",
  );
  await service.app.pg.query(`
    INSERT INTO idempotency_keys (owner, key, fingerprint, created_at)
    SELECT '', 'k' || n, decode(repeat('00', 32), 'hex'), now() - interval '3 hours' FROM generate_series(1, 2500) n`);
  const keys = async () => (await service.app.pg.query('SELECT key FROM idempotency_keys')).rows;
  await until(async () => {
    // The queue may remove rows at the same time, which are then skipped here.
    await service.app.removeOldRows();
    return (await keys()).length <= 1;
  }, 'Old keys are kept');
  t.same(await keys(), [{ key: 'new' }]);
  t.equal((await create('new')).headers['idempotency-replayed'], 'true');
  t.equal((await create('old')).headers['idempotency-replayed'], undefined);
});

t.test('a create that loses the race for its key has the outcome of the other one', async (t) => {
  const item = newSong();
  const create = { item, keyOwner: '', key: 'one', fingerprint: fingerprintOf(song, item) };
  const violation = (constraint: string) =>
    new UniqueViolation(Object.assign(new pg.DatabaseError('', 0, 'error'), { constraint }));
  const row = { ...item, id: 7, createdAt: '2026-11-20T07:28:35.123+00:00', version: 'v' };
  let failures: UniqueViolation[] = [];
  const query = async () => {
    const failure = failures.shift();
    if (failure) throw failure;
    return { rows: [{ place_: 1, is_replayed_: true, is_same_: true, outcome_: row }] } as never;
  };
  const repository = repositoryOf(song, { main: { query }, lists: { query } });

  failures = [violation(KEYS_CONSTRAINT), violation(KEYS_CONSTRAINT)];
  t.match(await repository.createIdempotentMany([create]), [
    {
      isReplayed: true,
      outcome: { status: 'written', row: { id: 7, createdAt: '2026-11-20T07:28:35.123Z' } },
    },
  ]);
  failures = [violation('another_key')];
  await t.rejects(repository.createIdempotentMany([create]), UniqueViolation);
  failures = Array.from({ length: 5 }, () => violation(KEYS_CONSTRAINT));
  await t.rejects(repository.createIdempotentMany([create]), UniqueViolation);
  t.equal(failures.length, 1, 'it is run four times');
  failures = [violation(KEYS_CONSTRAINT)];
  await t.rejects(
    repository.createIdempotentMany([create, { ...create, key: 'two' }]),
    UniqueViolation,
    'the batcher runs several creates again, each by itself',
  );
});

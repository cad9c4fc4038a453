import t from 'tap';
import { differences, INSTANT } from '../../comparison/body-check.ts';
import { requestKinds } from '../../comparison/request-kinds.ts';
import { requestSource, sharesOf, statusesOf } from '../../comparison/scenario-requests.ts';
import { scenarioNames, scenarios } from '../../comparison/scenarios.ts';
import { randomNumbers } from '../../lib/statistics.ts';

const loaded = {
  songs: { from: 4, to: 100_003 },
  tasks: { from: 1, to: 1000 },
  artists: { from: 1, to: 1000 },
};
const createdAt = '2026-11-20T10:35:21.123Z';
/** The n-th loaded song. */
const song = (n: number) => ({
  id: n + 3,
  song: `Song ${n}`,
  artist: `Artist ${1 + (n % 1000)}`,
  year: 1950 + (n % 75),
  createdAt,
});

t.test('valid responses pass', async (t) => {
  t.equal(requestKinds.health.check({ status: 'ok' }), undefined);
  t.equal(requestKinds.get.check(song(1), 4, loaded), undefined);
  t.equal(requestKinds.get.check(song(100_000), 100_003, loaded), undefined);
  const twenty = (first: number) => Array.from({ length: 20 }, (_, index) => song(first + 1000 * index));
  t.equal(requestKinds.list.check(twenty(1000), 1, loaded), undefined);
  t.equal(requestKinds.list.check(twenty(1), 2, loaded), undefined);
  t.equal(requestKinds.list.check(twenty(999), 1000, loaded), undefined);
  const created = { id: 7, song: 'Created 9', artist: 'Artist of the benchmark', year: 2024, createdAt };
  t.equal(requestKinds.create.check({ data: created }, 9), undefined);
  const task = { title: 'Replaced 5', description: 'Again and again', done: true };
  t.equal(requestKinds.replace.check({ id: 5, ...task, createdAt, updatedAt: createdAt }, 5), undefined);
});

t.test('wrong responses fail', async (t) => {
  const { year: _, ...withoutYear } = song(1);
  const wrong: [unknown, RegExp][] = [
    [song(2), /"id" is 5, not 4/],
    [{ ...song(1), id: '4' }, /"id" is "4", not 4/],
    [{ ...song(1), createdAt: '2026-11-20T10:35:21Z' }, /"createdAt" is/],
    [{ ...song(1), version: 'x' }, /a member that is not to be there, "version"/],
    [withoutYear, /no member "year"/],
    [[song(1)], /not an object/],
    [null, /is null/],
  ];
  for (const [body, problem] of wrong) {
    t.match(requestKinds.get.check(body, 4, loaded), problem, JSON.stringify(body));
  }
  const list = [song(1), song(1001)];
  t.match(requestKinds.list.check(list, 2, loaded), /no member "2"/);
  t.match(requestKinds.list.check({}, 2, loaded), /not an array/);
  t.match(requestKinds.create.check({ id: 7 }, 9), /not to be there, "id"/);
});

t.test('differences are found at any depth', async (t) => {
  t.equal(differences({ a: [{ b: 1 }] }, { a: [{ b: Number }] }), undefined);
  t.equal(
    differences({ a: [{ b: 1.5 }] }, { a: [{ b: Number }] }),
    'the body, "a", "0", "b" is 1.5, not an integer',
  );
  t.equal(differences({ a: createdAt }, { a: INSTANT }), undefined);
});

t.test('a scenario sends its kinds by their shares, the same for the same seed', async (t) => {
  const draw = (seed: number) => {
    const next = requestSource('mixed', loaded, 2, randomNumbers(seed));
    return Array.from({ length: 4000 }, next);
  };
  const requests = draw(5);
  const share = (kind: (request: (typeof requests)[number]) => boolean) =>
    requests.filter(kind).length / requests.length;
  t.ok(Math.abs(share(({ path }) => path.startsWith('/songs/')) - 0.75) < 0.03);
  t.ok(Math.abs(share(({ path }) => path.startsWith('/songs?')) - 0.1) < 0.02);
  t.ok(Math.abs(share(({ method }) => method === 'POST') - 0.075) < 0.02);
  t.ok(Math.abs(share(({ method }) => method === 'PUT') - 0.075) < 0.02);
  t.same(
    draw(5).map(({ path, body }) => [path, body]),
    requests.map(({ path, body }) => [path, body]),
  );
  const created = requests.filter(({ method }) => method === 'POST').map(({ body }) => body);
  t.equal(new Set(created).size, created.length, 'each song is new');
});

t.test('the shares of each scenario sum to 100 %, and load generators get the checked kinds', async (t) => {
  for (const name of scenarioNames) {
    const { shares } = scenarios[name];
    t.equal(
      shares.reduce((sum, { percent }) => sum + percent, 0),
      100,
      name,
    );
    const requests = sharesOf(name, loaded, 1);
    t.equal('path' in requests ? 1 : requests.length, shares.length, name);
  }
  t.same(statusesOf('mixed').sort(), [200, 201]);
});

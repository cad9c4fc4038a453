import { setImmediate as turn } from 'node:timers/promises';
import { DatabaseError } from 'pg';
import t from 'tap';
import { Batching, type Lane } from '../../../src/database/batching/batching.ts';
import type { Caller } from '../../../src/database/batching/group.ts';
import { DatabaseUnavailable, UniqueViolation } from '../../../src/database/failures.ts';

const echo = (runs: unknown[]) => async (items: readonly string[]) => {
  runs.push(items);
  return items;
};

t.test('concurrent calls run in one statement, equal calls share a place', async (t) => {
  const batching = new Batching({ enabled: true, connections: 5, listConnections: 5 });
  const runs: unknown[] = [];
  const find = batching.batch('find', echo(runs), { keyOf: (id) => id });
  t.same(await Promise.all([find('a'), find('b'), find('a')]), ['a', 'b', 'a']);
  t.same(runs, [['a', 'b']]);
  t.match(batching.counts(), { find: { batches: 1, items: 2, shared: 1 } });
  await batching.drain();
});

t.test('equal waiting calls run once', async (t) => {
  const batching = new Batching({ enabled: true, connections: 1, listConnections: 1 });
  const runs: unknown[] = [];
  const list = batching.dedupe(
    'list',
    async (query: { q: string }) => runs.push(query),
    () => 'lists',
  );
  const results = await Promise.all([list({ q: 'a' }), list({ q: 'b' }), list({ q: 'a' })]);
  t.same(results, [1, 2, 1]);
  t.same(runs, [{ q: 'a' }, { q: 'b' }]);
});

/** Lists of one table, whose shape is the part before the colon; a list of `poison` fails. */
function lists(batching: Batching, runs: unknown[], failure = new Error('poison')) {
  const run = async (items: readonly string[]) => {
    runs.push(items);
    if (items.some((item) => item.endsWith('poison'))) throw failure;
    return items.map((item) => `<${item}>`);
  };
  return batching.batchByShape('songs.list', run, {
    laneOf: (item) => (item.startsWith('q') ? 'searches' : 'lists'),
    shapeOf: (item) => item.slice(0, item.indexOf(':')),
    keyOf: (item) => item,
  });
}

t.test('lists of one shape run in one statement, equal ones share a place, searches run alone', async (t) => {
  const batching = new Batching({ enabled: true, connections: 5, listConnections: 5 });
  const runs: unknown[] = [];
  const list = lists(batching, runs);
  await Promise.all(['a:1', 'b:1'].map((item) => list(item)));
  t.same(runs.splice(0), [['a:1'], ['b:1']], 'the first of a shape tells its cost');
  const items = ['a:1', 'b:1', 'q:1', 'a:2', 'a:1', 'b:2', 'q:2', 'a:3'];
  t.same(
    await Promise.all(items.map((item) => list(item))),
    items.map((item) => `<${item}>`),
  );
  t.same(runs, [['a:1', 'a:2', 'a:3'], ['b:1', 'b:2'], ['q:1'], ['q:2']]);
  t.match(batching.counts(), { lists: { batches: 4, items: 7, shared: 1 }, searches: { batches: 2 } });
});

for (const [title, failure] of [
  ['that the server rejects', new UniqueViolation(new DatabaseError('poison', 0, 'error'))],
  ['that takes too long', new DatabaseUnavailable('too long', Object.assign(new Error(), { code: '57014' }))],
] as const) {
  t.test(`the lists of a statement ${title} run one by one, and only the culprit fails`, async (t) => {
    const batching = new Batching({ enabled: true, connections: 1, listConnections: 1 });
    const runs: unknown[] = [];
    const list = lists(batching, runs, failure);
    await list('a:0');
    const results = await Promise.allSettled(['a:1', 'a:poison', 'a:2'].map((item) => list(item)));
    t.match(results, [{ value: '<a:1>' }, { reason: failure }, { value: '<a:2>' }]);
    t.same(runs, [['a:0'], ['a:1', 'a:poison', 'a:2'], ['a:1'], ['a:poison'], ['a:2']]);
  });
}

t.test('a broken connection fails all lists of a statement, and nothing is retried', async (t) => {
  const batching = new Batching({ enabled: true, connections: 1, listConnections: 1 });
  const runs: unknown[] = [];
  const list = lists(batching, runs, new DatabaseUnavailable('gone', new Error('Connection terminated')));
  await list('a:0');
  const results = await Promise.allSettled(['a:1', 'a:poison'].map((item) => list(item)));
  t.match(results, [{ status: 'rejected' }, { status: 'rejected' }]);
  t.equal(runs.length, 2);
});

t.test('with batching off, each list is one statement', async (t) => {
  const batching = new Batching({ enabled: false, connections: 5, listConnections: 5 });
  const runs: unknown[] = [];
  const list = lists(batching, runs);
  for (const _ of [1, 2]) await Promise.all(['a:1', 'a:1', 'a:2'].map((item) => list(item)));
  t.same(runs, [['a:1'], ['a:1'], ['a:2'], ['a:1'], ['a:1'], ['a:2']]);
});

t.test('equal calls of different callers share nothing where the key holds the caller', async (t) => {
  const batching = new Batching({ enabled: true, connections: 1, listConnections: 1 });
  const runs: unknown[] = [];
  const [ada, bob] = [1e9, 2e9].map((deadline): Caller => ({ deadline, isDisconnected: () => false }));
  const keyOf = (item: string, caller: Caller | undefined) => `${caller?.deadline} ${item}`;
  const find = batching.batch('find', echo(runs), { keyOf });
  const list = batching.dedupe(
    'list',
    async (item: string) => runs.push(item),
    () => 'lists',
    keyOf,
  );
  await Promise.all([find('a', ada), find('a', bob), find('a', ada)]);
  t.same(runs.splice(0), [['a', 'a']]);
  await Promise.all([list('b', ada), list('b', bob), list('b', ada)]);
  t.same(runs, ['b', 'b']);
});

t.test('there are no more batches in flight than connections', async (t) => {
  const batching = new Batching({ enabled: true, connections: 1, listConnections: 1 });
  const finish: (() => void)[] = [];
  const run = batching.batch(
    'run',
    (items: readonly number[]) =>
      new Promise<readonly number[]>((resolve) => finish.push(() => resolve(items))),
  );
  const results = [run(1)];
  await turn();
  results.push(run(2));
  await turn();
  t.equal(finish.length, 1);
  finish[0]?.();
  await turn();
  await turn();
  finish[1]?.();
  t.same(await Promise.all(results), [1, 2]);
});

t.test('with batching off, each call is one statement', async (t) => {
  const batching = new Batching({ enabled: false, connections: 5, listConnections: 5 });
  const runs: unknown[] = [];
  const find = batching.batch('find', echo(runs), { keyOf: (id) => id });
  const list = batching.dedupe(
    'list',
    async (query: string) => query,
    () => 'lists',
  );
  t.same(await Promise.all([find('a'), find('a'), list('q')]), ['a', 'a', 'q']);
  t.same(runs, [['a'], ['a']]);
  t.match(batching.counts(), { find: { batches: 2, items: 2, shared: 0 }, lists: { batches: 1 } });
  await batching.drain();
});

t.test('the reads of a lane share its slots across tables', async (t) => {
  const batching = new Batching({ enabled: true, connections: 5, listConnections: 5 });
  const running: string[] = [];
  const finish: (() => void)[] = [];
  const read = (name: string, lane: Lane) =>
    batching.dedupe(
      name,
      (item: number) =>
        new Promise<string>((resolve) => {
          running.push(`${name} ${item}`);
          finish.push(() => resolve(`${name} ${item}`));
        }),
      () => lane,
    );
  const names = ['songs', 'tasks'];
  const results = ['lists', 'searches', 'counts'].flatMap((lane) =>
    names.flatMap((name) =>
      Array.from({ length: 8 }, (_, item) => read(`${name}.${lane}`, lane as Lane)(item)),
    ),
  );
  await turn();
  const inFlight = (lane: string) => running.filter((name) => name.includes(lane)).length;
  t.same(['lists', 'searches', 'counts'].map(inFlight), [5, 2, 1]);
  while (finish.length > 0) {
    for (const done of finish.splice(0)) done();
    await turn();
    await turn();
  }
  t.equal(new Set(await Promise.all(results)).size, 48, 'each caller gets the result of its own read');
});

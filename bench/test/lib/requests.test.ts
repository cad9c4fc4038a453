import t from 'tap';
import { numberSource, requestsOf } from '../../lib/load/requests.ts';
import { scenarios } from '../../self/scenarios.ts';

const loaded = { songs: { from: 4, to: 9 }, tasks: { from: 1, to: 3 }, artists: { from: 1, to: 2 } };

t.test('random numbers are loaded ones, including the first and the last', async (t) => {
  t.match(requestsOf(scenarios.get, loaded, 0), { path: '/songs/{n}', numbers: { random: loaded.songs } });
  t.match(requestsOf(scenarios.replace, loaded, 0).numbers, { random: loaded.tasks });
  t.match(requestsOf(scenarios['list-random'], loaded, 0).numbers, { random: loaded.artists });
  const next = numberSource({ random: loaded.songs });
  const drawn = new Set(Array.from({ length: 1000 }, next));
  t.same([...drawn].sort(), [4, 5, 6, 7, 8, 9]);
});

t.test('no phase repeats a unique number of another', async (t) => {
  const phases = [0, 1].map((phase) => requestsOf(scenarios.create, loaded, phase).numbers);
  t.same(phases, [{ countFrom: 0 }, { countFrom: 100_000_000 }]);
  const next = numberSource({ countFrom: 5 });
  t.same([next(), next()], [5, 6]);
});

import t from 'tap';
import { readOptions } from '../../comparison/options.ts';
import { entrantsOf, selectPeers } from '../../comparison/peer-selection.ts';
import { scenarioNames } from '../../comparison/scenarios.ts';
import { UsageError } from '../../lib/command.ts';
import { readPeers } from '../../lib/peer-manifest.ts';

t.test('by default, everything is measured, in enough rounds for an interval', async (t) => {
  const { seed, ...options } = readOptions([]);
  t.same(options, {
    only: undefined,
    rounds: 6,
    openRounds: 6,
    seconds: 2,
    warmUpSeconds: 5,
    connections: [1, 16, 64, 256],
    scenarios: scenarioNames,
    workers: 1,
    rate: undefined,
  });
  t.ok(Number.isInteger(seed) && seed > 0);
});

t.test('--quick is short, and other options override it', async (t) => {
  t.match(readOptions(['--quick']), { rounds: 1, seconds: 1, warmUpSeconds: 1, connections: [64] });
  t.match(readOptions(['--quick', '--rounds', '3']), { rounds: 3, openRounds: 3, seconds: 1 });
});

t.test('each option can be set', async (t) => {
  const args = '--only gin,fastapi --scenarios get --scenarios=mixed,get --connections 1,64 --rounds 3';
  const more = '--open-rounds 2 --seconds 3 --warm-up 20 --workers 4 --rate 500 --seed 42';
  t.same(readOptions([...args.split(' '), ...more.split(' ')]), {
    only: ['gin', 'fastapi'],
    scenarios: ['get', 'mixed'],
    connections: [1, 64],
    rounds: 3,
    openRounds: 2,
    seconds: 3,
    warmUpSeconds: 20,
    workers: 4,
    rate: 500,
    seed: 42,
  });
});

t.test('invalid arguments are errors with a message', async (t) => {
  for (const args of [
    ['--rounds', '0'],
    ['--seconds=1.5'],
    ['--connections', 'many'],
    ['--scenarios', 'delete'],
    ['--rate', '-1'],
    ['--workers', '1000'],
    ['--y'],
    ['gin'],
  ]) {
    t.throws(() => readOptions(args), UsageError, args.join(' '));
  }
});

t.test('Setlist is always measured, and again as the control', async (t) => {
  const peers = readPeers();
  const names = (only: string[] | undefined) => selectPeers(peers, only).map(({ name }) => name);
  t.same(names(['setlist-plain']), ['setlist', 'setlist-plain']);
  t.same(names(['setlist']), ['setlist']);
  t.same(
    names(undefined),
    peers.map(({ name }) => name),
  );
  t.throws(() => names(['cobol']), UsageError);
  t.same(entrantsOf(['setlist', 'gin']), [
    { peer: 'setlist', role: 'peer' },
    { peer: 'gin', role: 'peer' },
    { peer: 'setlist', role: 'control' },
  ]);
});

import t from 'tap';
import { readOptions, UsageError } from './options.ts';

t.test('by default, everything runs with three seeds', async (t) => {
  t.same(readOptions([]), {
    seeds: [1, 2, 3],
    examples: 200,
    tiers: ['schemathesis', 'properties'],
    databases: ['server', 'embedded'],
  });
});

t.test('a single run can be reproduced', async (t) => {
  const args = ['--seed', '42', '--examples=7', '--only', 'properties', '--database', 'server'];
  t.same(readOptions(args), { seeds: [42], examples: 7, tiers: ['properties'], databases: ['server'] });
  t.same(readOptions(['--seed', '4,5']).seeds, [4, 5]);
  t.same(readOptions(['--operations', 'getSong,listTasks']).operations, ['getSong', 'listTasks']);
});

t.test('invalid arguments are errors', async (t) => {
  for (const args of [
    ['--seed', 'x'],
    ['--seed', ''],
    ['--examples', '0'],
    ['--examples', '1.5'],
    ['--only', 'some'],
    ['--database', 'none'],
    ['--seeds', '1'],
    ['1'],
  ]) {
    t.throws(() => readOptions(args), UsageError, args.join(' '));
  }
});

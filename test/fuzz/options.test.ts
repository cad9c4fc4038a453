import t from 'tap';
import { readOptions, UsageError } from './options.ts';

t.test('everything is run by default, with three seeds', async (t) => {
  t.same(readOptions([]), {
    seeds: [1, 2, 3],
    examples: 200,
    tiers: ['schemathesis', 'properties'],
    databases: ['server', 'embedded'],
  });
});

t.test('a run can be repeated by itself', async (t) => {
  const args = ['--seed', '42', '--examples=7', '--only', 'properties', '--database', 'server'];
  t.same(readOptions(args), { seeds: [42], examples: 7, tiers: ['properties'], databases: ['server'] });
  t.same(readOptions(['--seed', '4,5']).seeds, [4, 5]);
  t.same(readOptions(['--operations', 'getSong,listTasks']).operations, ['getSong', 'listTasks']);
});

t.test('what makes no sense is refused', async (t) => {
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

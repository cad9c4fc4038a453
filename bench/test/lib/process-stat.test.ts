import t from 'tap';
import { type ProcessStat, parseProcessStat, ticksOfTree } from '../../lib/process-stat.ts';

const line = (name: string) =>
  `4242 (${name}) S 4200 4242 4242 0 -1 4194304 5123 99 0 0 731 52 17 8 20 0 11 0 123456 1 2 3`;

t.test('the times and the parent are found for any process name', async (t) => {
  for (const name of ['node', 'postgres: wal writer', 'tmux: (server) 1 2', 'a) R 1 2 (b', ') S 9']) {
    t.same(parseProcessStat(line(name)), { parent: 4200, ticks: 783, childTicks: 25 }, name);
  }
});

t.test('an invalid stat line is an error', async (t) => {
  t.throws(() => parseProcessStat(''), /Not the stat of a process/);
  t.throws(() => parseProcessStat('1 (short) S 0 1'), /Not the stat of a process/);
});

t.test('the time of a tree includes all descendants and exited children, and no other process', async (t) => {
  const stat = (parent: number, ticks: number, childTicks = 0): ProcessStat => ({
    parent,
    ticks,
    childTicks,
  });
  const stats = new Map([
    [1, stat(0, 1000)],
    [10, stat(1, 5, 40)],
    [11, stat(10, 7)],
    [12, stat(10, 8)],
    [13, stat(12, 2)],
    [20, stat(1, 500)],
  ]);
  t.equal(ticksOfTree(10, stats), 5 + 40 + 7 + 8 + 2);
  t.equal(ticksOfTree(99, stats), 0);
});

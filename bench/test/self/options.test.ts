import t from 'tap';
import { UsageError } from '../../lib/command.ts';
import { readOptions } from '../../self/options.ts';
import { scenarioNames } from '../../self/scenarios.ts';

t.test('by default, everything is measured; --quick is short', async (t) => {
  t.same(readOptions([]), { rounds: 3, seconds: 3, connections: [1, 16, 64, 256], scenarios: scenarioNames });
  t.match(readOptions(['--quick']), { rounds: 1, seconds: 1, connections: [64], scenarios: scenarioNames });
  t.match(readOptions(['--quick', '--seconds', '2']), { rounds: 1, seconds: 2 });
});

t.test('scenarios and connections can be selected, also several', async (t) => {
  const { connections, scenarios } = readOptions([
    '--connections=1,64',
    '--only',
    'get',
    '--only=create,get',
  ]);
  t.same(connections, [1, 64]);
  t.same(scenarios, ['get', 'create']);
});

t.test('invalid arguments are errors with a message', async (t) => {
  for (const args of [
    ['--rounds', '0'],
    ['--seconds=1.5'],
    ['--connections', 'many'],
    ['--only', 'x'],
    ['--y'],
  ]) {
    t.throws(() => readOptions(args), UsageError, args.join(' '));
  }
});

import t from 'tap';
import { planSteps } from '../../self/plan.ts';
import { targetsOf } from '../../self/scenarios.ts';

t.test('each round reverses the order, and twins stay adjacent', async (t) => {
  const order = planSteps(targetsOf(['health', 'get']), [1, 64], 3).map(
    ({ scenario, mode, round, connections }) => `${round} ${connections} ${scenario} ${mode}`,
  );
  t.same(order, [
    '1 1 health single',
    '1 1 get batched',
    '1 1 get plain',
    '1 64 health single',
    '1 64 get batched',
    '1 64 get plain',
    '2 1 get plain',
    '2 1 get batched',
    '2 1 health single',
    '2 64 get plain',
    '2 64 get batched',
    '2 64 health single',
    '3 1 health single',
    '3 1 get batched',
    '3 1 get plain',
    '3 64 health single',
    '3 64 get batched',
    '3 64 get plain',
  ]);
});

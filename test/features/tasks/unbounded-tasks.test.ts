import t from 'tap';
import { createTask } from '../../support/builders.ts';
import { atOnce } from '../../support/client.ts';
import { startService } from '../../support/service.ts';

t.test('MAX_TASKS=0 means that there is no limit', async (t) => {
  const { call } = await startService(t, { MAX_TASKS: '0' });
  await t.resolves(atOnce(5, () => createTask(call)));
});

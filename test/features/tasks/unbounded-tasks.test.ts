import t from 'tap';
import { startService } from '../../support/service.ts';

const { call } = await startService(t, { MAX_TASKS: '0' });

t.test('MAX_TASKS=0 means that there is no bound', async (t) => {
  for (let index = 0; index < 5; index++) {
    t.equal((await call('POST', '/tasks', { json: { title: `Task ${index}` } })).status, 201);
  }
});

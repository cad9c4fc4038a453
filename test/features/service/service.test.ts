import t from 'tap';
import { startService, startWithoutDatabase } from '../../support/service.ts';

t.test('a service with its database is alive and ready', async (t) => {
  const { call } = await startService(t);
  t.match(await call('GET', '/health'), { status: 200, text: '{"status":"ok"}' });
  const ready = await call('GET', '/ready');
  t.equal(ready.status, 200);
  t.same(ready.body, { status: 'ready', checks: { database: 'ok' } });
});

t.test('a service without its database is alive', async (t) => {
  const { call } = await startWithoutDatabase(t);
  t.equal((await call('GET', '/health')).status, 200);
});

t.test('a service without its database names it as what is not ready', async (t) => {
  const { call } = await startWithoutDatabase(t, { PGHOST: '/nowhere' });
  t.match(await call('GET', '/ready'), {
    status: 503,
    headers: { 'retry-after': '1' },
    body: {
      code: 'unavailable',
      details: [{ type: 'not_ready', loc: ['database'], msg: 'The database does not respond' }],
    },
  });
});

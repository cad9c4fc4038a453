import t from 'tap';
import { startService, startWithoutDatabase } from '../../support/service.ts';

t.test('a service with its database is alive and ready', async (t) => {
  const { call } = await startService(t);
  const health = await call('GET', '/health');
  t.equal(health.status, 200);
  t.equal(health.text, '{"status":"ok"}');
  const ready = await call('GET', '/ready');
  t.equal(ready.status, 200);
  t.same(ready.body, { status: 'ready', checks: { database: 'ok' } });
});

t.test('a service without its database is alive, and says what is not ready', async (t) => {
  const { call } = await startWithoutDatabase(t, { PGHOST: '/nowhere' });
  t.equal((await call('GET', '/health')).status, 200);
  const ready = await call('GET', '/ready');
  t.equal(ready.status, 503);
  t.equal(ready.headers['retry-after'], '1');
  t.match(ready.body, {
    code: 'unavailable',
    details: [{ type: 'not_ready', loc: ['database'], msg: 'The database does not respond' }],
  });
});

import t from 'tap';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

t.test('a scheduled job removes old rows', async (t) => {
  const { app } = await startService(t, {}, { queueTiming: { poll: 50 } });
  await app.pg.query(`
    INSERT INTO idempotency_keys (owner, key, fingerprint, created_at)
    SELECT '', n, sha256('x'), now() - n * interval '10 hours' FROM generate_series(1, 1203) AS n`);
  const { rows } = await app.pg.query("SELECT retry_limit FROM pgboss.queue WHERE name = 'retention'");
  t.same(rows, [{ retry_limit: 0 }]);
  await app.pg.query("INSERT INTO pgboss.job (name, data) VALUES ('retention', '{}')");
  const kept = async () => (await app.pg.query('SELECT key FROM idempotency_keys ORDER BY key')).rows;
  await until(async () => (await kept()).length < 1203, 'They are not removed');
  await until(async () => (await kept()).length === 2, 'Some are not removed');
  t.same(await kept(), [{ key: '1' }, { key: '2' }]);
});

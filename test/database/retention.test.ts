import fastify from 'fastify';
import fp from 'fastify-plugin';
import t from 'tap';
import { retention } from '../../src/database/retention.ts';
import { until } from '../support/until.ts';

t.test('old rows are removed at intervals, also after a failure', async (t) => {
  const log: string[] = [];
  const app = fastify({ logger: { level: 'warn', stream: { write: (line) => void log.push(line) } } });
  let runs = 0;
  const query = async () => {
    runs++;
    if (runs === 2) throw new Error('The database is unavailable');
    return { rowCount: 0 };
  };
  await app.register(fp(async (app) => void app.decorate('pg', { query } as never), { name: 'database' }));
  await app.register(retention, {
    rows: [{ table: 'things', time: 'created_at', hours: 24 }],
    connect: true,
    interval: 2,
  });
  await until(() => runs > 3, 'old rows are not removed again');
  await app.close();
  t.equal(log.length, 1);
  t.match(log[0], /The database is unavailable/);
});

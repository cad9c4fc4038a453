import { once } from 'node:events';
import { request } from 'node:http';
import t from 'tap';
import { unique } from '../support/builders.ts';
import { startService } from '../support/service.ts';
import { unreliableServer } from '../support/unreliable-server.ts';
import { until } from '../support/until.ts';

const database = await unreliableServer(t);
const { app, call } = await startService(t, database.environment);
const base = await app.listen({ port: 0, host: '127.0.0.1' });
const artist = unique('Artist');
const CSV = { 'content-type': 'text/csv' };

const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => `Song ${from + n},${artist},${from + n}\n`).join('');

t.test('an outage breaks an import, which continues later', async (t) => {
  const headers = { ...CSV, 'idempotency-key': unique('key').replaceAll(' ', '-') };
  const start = `song,artist,year\n${rows(10_000, 100)}`;
  const rest = rows(10_100, 6_100);
  const job = async () => (await call('GET', '/jobs?sort=-id&limit=1')).body[0];
  const sent = request(`${base}/songs/import`, { method: 'POST', agent: false, headers });
  sent.on('error', () => {});
  const response = once(sent, 'response');
  sent.write(start);
  await until(async () => (await job())?.state === 'running', 'The import does not run');
  await database.shut();
  // It notices the outage while it waits for the end of the body.
  sent.write(rest);
  const [incoming] = await response;
  t.equal(incoming.statusCode, 503);
  sent.destroy();
  await database.open();
  await until(
    async () => (await call('POST', '/songs/import', { payload: start + rest, headers })).status === 200,
    'It does not continue',
  );
  t.match(await job(), { state: 'succeeded', created: 6_200, failed: 0 });
});

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import { createSong, MISSING_ID, newSong } from '../support/builders.ts';
import { atOnce } from '../support/client.ts';
import { follow } from '../support/event-stream.ts';
import { rawExchange } from '../support/raw-exchange.ts';
import { parseScrape, type Scrape } from '../support/scrape.ts';
import { type Service, startService, startWithoutDatabase } from '../support/service.ts';
import { unreliableServer } from '../support/unreliable-server.ts';
import { until } from '../support/until.ts';

const ON = { METRICS_PORT: '0' };
const DURATION = 'setlist_http_request_duration_seconds';

async function scrape({ app }: Service): Promise<Scrape> {
  return parseScrape((await app.metrics?.text()) ?? '');
}

/** The number of requests with these labels. */
const requests = (scraped: Scrape, method: string, route: string, status: number) =>
  scraped.value(`${DURATION}_count`, { method, route, status: String(status) });

async function listeningPort(t: Test, environment: Record<string, string>) {
  const service = await startService(t, { ...ON, ...environment });
  await service.app.listen({ port: 0, host: '127.0.0.1' });
  return {
    ...service,
    base: service.app.listeningOrigin,
    port: Number(new URL(service.app.listeningOrigin).port),
  };
}

t.test('without a port, there are no metrics', async (t) => {
  const { app } = await startWithoutDatabase(t);
  t.equal(app.metrics, undefined);
});

t.test('requests are timed by method, template of the route and status', async (t) => {
  const service = await startService(t, ON);
  const { id } = await createSong(service.call);
  await service.call('GET', `/songs/${id}`);
  await service.call('GET', `/v1/songs/${id}?`);
  await service.call('GET', `/songs/${MISSING_ID}`);
  await service.call('DELETE', '/songs');
  await service.call('OPTIONS', '/songs');
  await service.call('TRACE', '/nowhere');
  const scraped = await scrape(service);
  t.equal(requests(scraped, 'POST', '/songs', 201), 1);
  t.equal(requests(scraped, 'GET', '/songs/:id', 200), 2);
  t.equal(requests(scraped, 'GET', '/songs/:id', 404), 1);
  t.equal(requests(scraped, 'DELETE', 'unmatched', 405), 1);
  t.equal(requests(scraped, 'OPTIONS', 'unmatched', 204), 1);
  t.equal(requests(scraped, 'other', 'unmatched', 404), 1);
  const labels = { method: 'GET', route: '/songs/:id', status: '200' };
  t.equal(scraped.value(`${DURATION}_bucket`, { ...labels, le: '+Inf' }), 2);
  t.ok(Number(scraped.value(`${DURATION}_sum`, labels)) > 0);
});

t.test('requests are timed with a silent log', async (t) => {
  const service = await startWithoutDatabase(t, ON, { logger: { level: 'silent' } });
  await service.call('GET', '/health');
  t.equal(requests(await scrape(service), 'GET', '/health', 200), 1);
});

t.test('10,000 random paths and methods add no series', async (t) => {
  const service = await startWithoutDatabase(t, ON);
  const methods = ['GET', 'PUT', 'TRACE', 'PROPFIND', 'QUERY', 'M-SEARCH'];
  const send = (index: number) =>
    service.app.inject({
      method: (methods[index % methods.length] ?? 'GET') as 'GET',
      url: `/${index.toString(36)}/${Math.random()}?${index}`,
      headers: { 'x-request-id': `random-${index}` },
    });
  await atOnce(methods.length, send);
  const before = (await scrape(service)).series.filter(({ name }) => name.startsWith(DURATION));
  for (let sent = 0; sent < 10_000; sent += 100) await atOnce(100, (index) => send(sent + index));
  const after = (await scrape(service)).series.filter(({ name }) => name.startsWith(DURATION));
  t.equal(after.length, before.length);
  const count = after
    .filter(({ name }) => name === `${DURATION}_count`)
    .reduce((sum, { value }) => sum + value, 0);
  t.equal(count, 10_000 + methods.length);
});

t.test('invalid HTTP and clients that disconnect are counted', async (t) => {
  const service = await listeningPort(t, {});
  await rawExchange(service.port, 'no http\r\n\r\n');
  t.equal(requests(await scrape(service), 'other', 'unmatched', 400), 1);
  const socket = connect(service.port, '127.0.0.1');
  const head = ['host: x', 'content-type: application/json', 'content-length: 9', 'expect: 100-continue'];
  socket.write(`POST /songs HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  const connected = await scrape(service);
  t.equal(connected.value('setlist_http_connections'), 1);
  t.equal(connected.value('setlist_http_connections_max'), 2000);
  socket.resetAndDestroy();
  await until(
    async () => requests(await scrape(service), 'POST', '/songs', 499) === 1,
    'The client that disconnected is not counted',
  );
  t.equal((await scrape(service)).value('setlist_http_connections'), 0);
});

t.test('refused connections are counted', async (t) => {
  const service = await listeningPort(t, { MAX_CONNECTIONS: '1' });
  const first = connect(service.port, '127.0.0.1');
  await once(first, 'connect');
  const second = connect(service.port, '127.0.0.1');
  second.on('error', () => {});
  await once(second, 'close');
  t.equal((await scrape(service)).value('setlist_http_connections_refused_total'), 1);
  first.destroy();
});

t.test('refused requests and replayed creates are counted', async (t) => {
  const service = await startService(t, { ...ON, RATE_LIMIT: '2/3600' });
  const create = { json: newSong(), headers: { 'idempotency-key': 'a' } };
  await service.call('POST', '/songs', create);
  await service.call('POST', '/songs', create);
  t.equal((await service.call('POST', '/songs', create)).status, 429);
  const scraped = await scrape(service);
  t.equal(scraped.value('setlist_idempotency_replays_total'), 1);
  t.equal(scraped.value('setlist_rate_limit_refused_total'), 1);
  t.equal(scraped.value('setlist_rate_limit_redis_up'), undefined);
});

t.test('batches, pools and versions are reported', async (t) => {
  const service = await startService(t, ON);
  const { id } = await createSong(service.call);
  await atOnce(5, () => service.call('GET', `/songs/${id}`));
  const scraped = await scrape(service);
  t.equal(scraped.value('setlist_batches_in_flight', { batch: 'songs.find' }), 0);
  const items = Number(scraped.value('setlist_batch_items_total', { batch: 'songs.find' }));
  t.ok(items >= 1);
  t.ok(Number(scraped.value('setlist_batches_total', { batch: 'songs.find' })) <= items);
  t.equal(scraped.value('setlist_batch_shed_calls_total', { batch: 'songs.find', reason: 'expired' }), 0);
  t.equal(scraped.value('setlist_database_circuit_open', { pool: 'main' }), 0);
  const open = Number(scraped.value('setlist_database_connections', { pool: 'main' }));
  t.ok(open >= 1 && open <= Number(scraped.value('setlist_database_connections_max', { pool: 'main' })));
  t.equal(scraped.value('setlist_database_up'), 1);
  t.ok(Number(scraped.value('setlist_migration_version')) >= 8);
  t.equal(scraped.value('setlist_build_info', { node: process.versions.node }), 1);
});

t.test('events, streams and consumers are reported', async (t) => {
  const service = await listeningPort(t, {});
  const follower = await follow(t, `${service.base}/events`);
  const before = Number((await scrape(service)).value('setlist_events_total'));
  await createSong(service.call);
  await follower.has(1);
  const scraped = await scrape(service);
  t.equal(scraped.value('setlist_events_total'), before + 1);
  t.equal(scraped.value('setlist_event_streams'), 1);
  t.equal(scraped.value('setlist_event_streams_evicted_total'), 0);
  await until(
    async () => (await scrape(service)).value('setlist_event_consumer_lag', { consumer: 'audit' }) === 0,
    'The audit log stays behind',
  );
  const idle = await scrape(service);
  t.equal(idle.value('setlist_event_outbox_rows'), 0);
  t.equal(idle.value('setlist_event_outbox_age_seconds'), 0);
});

t.test('waiting jobs are reported by queue', async (t) => {
  const service = await startService(t, ON);
  await service.app.pg.query(
    "SELECT pgboss.create_queue('idle-test', '{}'), pgboss.create_queue('busy-test', '{}')",
  );
  await service.app.pg.query("INSERT INTO pgboss.job (name) VALUES ('busy-test'), ('busy-test')");
  const scraped = await scrape(service);
  t.equal(scraped.value('setlist_queue_waiting_jobs', { queue: 'busy-test' }), 2);
  t.equal(scraped.value('setlist_queue_waiting_jobs', { queue: 'idle-test' }), 0);
});

t.test('a hanging database costs a scrape only the metrics of the database', async (t) => {
  const database = await unreliableServer(t);
  const service = await startService(t, { ...ON, ...database.environment });
  t.equal((await scrape(service)).value('setlist_database_up'), 1);
  await service.call('GET', '/health');
  database.freeze();
  const [scraped] = await atOnce(2, () => scrape(service));
  t.equal(scraped?.value('setlist_database_up'), 0);
  t.equal(scraped?.value('setlist_events_total'), undefined);
  t.equal(scraped && requests(scraped, 'GET', '/health', 200), 1);
  t.ok(Number(scraped?.value('process_resident_memory_bytes')) > 0);
  await database.thaw();
});

t.test('several scrapes at once send one query', async (t) => {
  const service = await startService(t, ON);
  const sent = async () => (await scrape(service)).value('setlist_batches_total', { batch: 'metrics' });
  t.same(await atOnce(5, sent), Array(5).fill(0));
  t.equal(await sent(), 1);
});

t.test('the documentation lists every metric with its type, labels and description', async (t) => {
  const service = await startService(t, { ...ON, RATE_LIMIT: '1000/1' });
  await service.call('GET', '/songs');
  const { metrics, series } = await scrape(service);
  const [, section = ''] = readFileSync('docs/operations.md', 'utf8').split('\n## Metrics\n');
  const rows = [...section.matchAll(/^\| `(\w+)` \| (\w+) \|(.*?)\| (.*) \|$/gm)];
  const documented = rows.map(([, name = '', type, , help]) => [name, { type, help }] as const);
  t.same(Object.fromEntries(documented), Object.fromEntries(metrics));
  for (const [, name = '', , labels = ''] of rows) {
    const known = new Set(['le', ...[...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label)]);
    const ofMetric = series.filter((one) => one.name.replace(/_(bucket|sum|count)$/, '') === name);
    const unknown = ofMetric.flatMap((one) => Object.keys(one.labels)).filter((label) => !known.has(label));
    t.same(unknown, [], name);
  }
});

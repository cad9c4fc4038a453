import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { Load, Observation } from '../../scripts/failover/load.ts';
import { until } from '../support/until.ts';

t.test('the longest outage is that of one kind of requests, also if it does not end', async (t) => {
  const seen = new Observation(0);
  seen.record('write', 201, 90, 100);
  seen.record('read', 200, 290, 300);
  seen.record('list', 200, 290, 300);
  t.equal(seen.longestOutage, 300);
  seen.record('write', 503, 390, 400);
  seen.end(600);
  t.equal(seen.longestOutage, 500, 'of the writes');
});

t.test('failures that were sent before the first was received are counted apart', async (t) => {
  const seen = new Observation(0);
  seen.record('read', 503, 10, 2_010);
  seen.record('write', 503, 5, 2_020);
  seen.record('write', 503, 2_030, 2_040);
  seen.record('write', 201, 2_050, 2_060);
  t.same(seen.durations, [2_000, 2_015, 10]);
  t.same(seen.laterDurations, [10]);
});

t.test('a load repeats a create with its key until it succeeds, and reads tasks', async (t) => {
  const keys: unknown[] = [];
  let reads = 0;
  let lastId = 0;
  const server = createServer((request, response) => {
    request.resume();
    const isCreate = request.method === 'POST';
    if (isCreate) keys.push(request.headers['idempotency-key']);
    else if (request.url?.startsWith('/tasks/')) reads++;
    if (isCreate && keys.length === 1) request.socket.destroy();
    else if (isCreate && keys.length === 2) response.writeHead(503).end();
    else response.writeHead(isCreate ? 201 : 200).end(JSON.stringify({ id: isCreate ? ++lastId : 0 }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const load = new Load(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const seen = load.observe();
  await load.untilWrite(10_000);
  await until(() => reads > 0 && seen.controls.length > 0, 'No task is read');
  await load.stop();
  t.equal(seen.statuses.get('no response'), 1);
  t.equal(seen.statuses.get(503), 1);
  const repeated = keys.filter((key, index) => keys.indexOf(key) !== index);
  t.equal(repeated.length, 2);
  t.equal(load.created.size, lastId);
  t.same(new Set(keys), new Set(load.created.keys()));
});

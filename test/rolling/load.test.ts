import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { Load } from './load.ts';

/** A load on a service whose writes fail sometimes. */
async function loadOn(t: Test, onPatch: RequestListener): Promise<Load> {
  let id = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === 'PATCH') onPatch(request, response);
    else response.writeHead(request.method === 'POST' ? 201 : 200).end(JSON.stringify({ id: ++id }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const load = new Load(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.teardown(() => {
    load.stop();
    server.close();
  });
  await load.prepare();
  return load;
}

t.test('a load counts successes and acknowledged creates', async (t) => {
  const load = await loadOn(t, (_request, response) => response.end('{}'));
  t.ok((await load.measureCapacity(4, 200)) > 0);
  const stop = new AbortController();
  const running = load.run(2_000, stop.signal);
  const { outcome } = load;
  while (outcome.created.length < 150) await new Promise(setImmediate);
  stop.abort();
  await running;
  t.same(outcome.failures, []);
  t.equal(new Set(outcome.created).size, outcome.created.length);
  t.ok(outcome.succeeded > outcome.created.length && outcome.slowest > 0);
});

t.test('an unexpected status and a broken connection are failures', async (t) => {
  let count = 0;
  const load = await loadOn(t, (request, response) => {
    if (++count % 2 === 0) request.socket.destroy();
    else response.writeHead(502).end('bad gateway');
  });
  while (load.outcome.failures.length < 4) await load.measureCapacity(2, 50);
  const kinds = new Set(load.outcome.failures.map((failure) => failure.replace(/\d+/, '1')));
  t.same([...kinds].toSorted(), ['PATCH /tasks/1: 502 bad gateway', 'PATCH /tasks/1: Error: socket hang up']);
});

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import t, { type Test } from 'tap';
import { Metrics } from '../../src/metrics/metrics.ts';
import { metricsServer } from '../../src/metrics/server.ts';
import { testDatabase } from '../support/database.ts';
import { startProcess } from '../support/process.ts';
import { parseScrape } from '../support/scrape.ts';
import { until } from '../support/until.ts';

async function serve(t: Test, metrics: Metrics): Promise<string> {
  const server = metricsServer(metrics, pino({ level: 'silent' })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

t.test('only GET and HEAD of /metrics are served', async (t) => {
  const base = await serve(t, new Metrics());
  const response = await fetch(`${base}/metrics?x=1`);
  t.equal(response.status, 200);
  t.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  t.equal(response.headers.get('cache-control'), 'no-store');
  t.match(await response.text(), '# TYPE setlist_http_request_duration_seconds histogram');
  const head = await fetch(`${base}/metrics`, { method: 'HEAD' });
  t.equal(head.status, 200);
  t.equal((await fetch(`${base}/songs`)).status, 404);
  const post = await fetch(`${base}/metrics`, { method: 'POST' });
  t.equal(post.status, 405);
  t.equal(post.headers.get('allow'), 'GET, HEAD');
});

t.test('a metric that cannot be read is a 500', async (t) => {
  const metrics = new Metrics();
  metrics.gauge({ name: 'broken', help: 'Broken.', read: () => Promise.reject(new Error('hunter2')) });
  const response = await fetch(`${await serve(t, metrics)}/metrics`);
  t.equal(response.status, 500);
  t.equal(await response.text(), 'The metrics could not be read\n');
});

t.test('the metrics have their own port, which is open during a stop', async (t) => {
  const service = await startProcess(t, {
    ...(await testDatabase(t)),
    METRICS_PORT: '0',
    DRAIN_SECONDS: '3600',
  });
  const url = /Metrics on (http:[^"]+)/.exec(service.output())?.[1] ?? '';
  const scrape = async () => parseScrape(await (await fetch(url)).text());
  t.equal((await scrape()).value('setlist_stopping'), 0);
  t.equal((await service.call('GET', '/metrics')).status, 404, 'not on the port of the service');
  service.process.kill('SIGTERM');
  await until(async () => (await scrape()).value('setlist_stopping') === 1, 'The stop is not reported');
});

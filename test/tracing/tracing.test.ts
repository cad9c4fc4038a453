import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { createSong, newSong, unique } from '../support/builders.ts';
import type { LooseJson } from '../support/loose-json.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const traced = { headers: { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01` } };

/** A span as OTLP sends it, with its attributes as an object. */
interface ReceivedSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  status: { code?: number };
  links: { spanId: string; traceId: string }[];
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
}

const valuesOf = (attributes: LooseJson): Record<string, unknown> =>
  Object.fromEntries(
    attributes.map(({ key, value }: LooseJson) => [key, value.intValue ?? value.stringValue]),
  );

/** An OTLP receiver over HTTP. */
async function receiver(t: Test) {
  const spans: ReceivedSpan[] = [];
  const state = { status: 200, requests: 0 };
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    state.requests++;
    if (state.status === 200 && request.url === '/v1/traces')
      for (const { resource, scopeSpans } of JSON.parse(Buffer.concat(parts).toString()).resourceSpans)
        for (const { spans: received } of scopeSpans)
          for (const span of received)
            spans.push({
              links: [],
              ...span,
              attributes: valuesOf(span.attributes),
              resource: valuesOf(resource.attributes),
            });
    response.writeHead(state.status, { 'content-type': 'application/json' }).end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { spans, state, endpoint };
}

/** Starts a service that sends its traces to a receiver; they have arrived once it is closed. */
async function tracedService(t: Test, environment: Record<string, string> = {}, connect = true) {
  const { spans, state, endpoint } = await receiver(t);
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/`, ...environment };
  const service = await startService(t, variables, { connect });
  return { ...service, spans, state };
}

t.test('a request continues the trace of its client, and its batch is a child', async (t) => {
  const { app, call, spans, log } = await tracedService(t, { OTEL_SERVICE_NAME: 'catalogue' });
  const { url } = await createSong(call);
  t.equal((await call('GET', `${url}?secret=1`, traced)).status, 422);
  t.equal((await call('GET', url, traced)).status, 200);
  await app.close();
  const server = spans.filter(({ kind, traceId }) => kind === 2 && traceId === TRACE_ID);
  t.match(server, [
    { parentSpanId: SPAN_ID, name: 'GET /songs/:id', attributes: { 'http.response.status_code': 422 } },
    {
      parentSpanId: SPAN_ID,
      name: 'GET /songs/:id',
      resource: { 'service.name': 'catalogue', 'service.version': /^\d/ },
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/songs/:id',
        'http.response.status_code': 200,
        'url.path': url,
        'url.scheme': 'http',
      },
    },
  ]);
  t.notMatch(JSON.stringify(spans), 'secret', 'no query string');
  const [batch, ...others] = spans.filter(({ kind, traceId }) => kind === 3 && traceId === TRACE_ID);
  t.match(batch, {
    parentSpanId: server[1]?.spanId,
    links: [{ traceId: TRACE_ID, spanId: server[1]?.spanId }],
    attributes: { 'db.system.name': 'postgresql', 'db.operation.batch.size': 1 },
  });
  t.same(others, []);
  const lines = log.filter(({ msg, trace_id: id }) => msg === 'request' && id === TRACE_ID);
  t.equal(lines.length, 2, 'lines of the log have the id of the trace');
});

t.test('a batch is one span, linked to every traced request in it', async (t) => {
  const { app, call, spans } = await tracedService(t, { BATCHING: 'on' });
  const artist = unique('Artist');
  const requests = ['01', '01', '00', '01'].map((flags, index) => {
    const headers = { traceparent: `00-${String(index + 1).padStart(32, '0')}-${SPAN_ID}-${flags}` };
    return call('POST', '/songs', { json: newSong({ artist, song: `Song ${index}` }), headers });
  });
  for (const response of await Promise.all(requests)) t.equal(response.status, 201);
  await app.close();
  const batches = spans.filter(({ kind, links }) => kind === 3 && links.length > 0);
  const linked = batches.flatMap(({ links }) => links.map(({ traceId }) => traceId));
  t.same(
    linked.toSorted(),
    [1, 2, 4].map((number) => String(number).padStart(32, '0')),
  );
  t.ok(batches.length < 3, 'requests share batches');
  t.equal(
    batches.reduce((sum, { attributes }) => sum + Number(attributes['db.operation.batch.size']), 0),
    4,
  );
});

t.test('the sampler decides about requests without a trace', async (t) => {
  for (const [sampler, argument, requests, expected] of [
    ['parentbased_traceidratio', '1', {}, 1],
    ['parentbased_traceidratio', '0', {}, 0],
    ['parentbased_traceidratio', '0', traced, 1],
    ['traceidratio', '0', traced, 0],
    ['always_on', '', { headers: { traceparent: traced.headers.traceparent.replace(/1$/, '0') } }, 1],
    ['always_off', '', traced, 0],
    ['parentbased_always_off', '', { headers: { traceparent: `00-${'0'.repeat(32)}-${SPAN_ID}-01` } }, 0],
    ['parentbased_always_on', '', { headers: { traceparent: 'garbage' } }, 1],
  ] as const) {
    const settings = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument };
    const { app, call, spans } = await tracedService(t, settings, false);
    await call('GET', '/health', requests);
    await app.close();
    t.equal(spans.length, expected, `${sampler} ${argument} ${JSON.stringify(requests)}`);
  }
});

t.test('failures are marked, and unknown paths have no route', async (t) => {
  const { app, call, spans } = await tracedService(t);
  await app.pg.query('ALTER TABLE songs RENAME TO melodies');
  t.equal((await call('GET', '/songs/1', traced)).status, 500);
  await app.pg.query('ALTER TABLE melodies RENAME TO songs');
  t.equal((await call('GET', '/nothing/here')).status, 404);
  await app.close();
  t.match(
    spans.map(({ name, kind, status, attributes }) => [kind, name, status.code, attributes['error.type']]),
    [
      [3, String, 2, 'error'],
      [2, 'GET /songs/:id', 2, '500'],
      [2, 'GET', 0, undefined],
    ],
  );
});

t.test('a receiver that fails does not disturb requests, and is logged once each way', async (t) => {
  const { app, call, spans, state, log } = await tracedService(t);
  state.status = 400;
  const messages = () => log.map(({ msg }) => msg).filter((msg) => /^Traces/.test(String(msg)));
  const requested = async (count: number) => {
    t.equal((await call('GET', '/health')).status, 200);
    await until(() => state.requests >= count, 'Nothing is exported');
  };
  await requested(1);
  await requested(2);
  t.same(messages(), ['Traces cannot be exported']);
  state.status = 200;
  await requested(3);
  await app.close();
  t.same(messages(), ['Traces cannot be exported', 'Traces are exported again']);
  t.equal(spans.length, 1);
});

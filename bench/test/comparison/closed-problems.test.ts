import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { problemsOf, type Seen } from '../../comparison/closed-problems.ts';
import { look, whileSampling } from '../../comparison/sampler.ts';
import { requestSource } from '../../comparison/scenario-requests.ts';

const seen: Seen = {
  load: { requests: 1000, problems: [] },
  sample: { looks: 3, problems: [] },
  pssBytes: 50 * 2 ** 20,
  connections: 64,
  created: undefined,
};

t.test('a measurement without problems counts', async (t) => {
  t.same(problemsOf(seen), []);
  // The load generator aborts at most 64 requests, whose songs may exist; and three samples created one song each.
  for (const created of [1000, 1067]) t.same(problemsOf({ ...seen, created }), []);
});

t.test('a measurement with a problem is void', async (t) => {
  t.same(problemsOf({ ...seen, load: { requests: 5, problems: ['5 responses were not 2xx'] } }), [
    '5 responses were not 2xx',
  ]);
  t.same(problemsOf({ ...seen, sample: { looks: 1, problems: ['a wrong body'] } }), ['a wrong body']);
  t.same(problemsOf({ ...seen, load: { requests: 0, problems: [] } }), ['there were no responses']);
  t.same(problemsOf({ ...seen, pssBytes: 0 }), ['the server exited']);
  for (const created of [999, 1068]) {
    t.same(problemsOf({ ...seen, created }), [`1000 songs were reported as created, but ${created} exist`]);
  }
});

const range = { from: 1, to: 1 };
const health = requestSource('health', { songs: range, tasks: range, artists: range }, 0, Math.random);

/** A server that sends the given responses in order, and repeats the last one. */
async function serverWith(t: Test, ...responses: { status: number; type: string; body: string }[]) {
  const server = createServer((_request, reply) => {
    const response = responses.length > 1 ? responses.shift() : responses[0];
    reply.writeHead(response?.status ?? 500, { 'content-type': response?.type ?? '' }).end(response?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

const good = { status: 200, type: 'application/json; charset=utf-8', body: '{"status":"ok"}' };

t.test('a sample finds a wrong status, type and body, and an unreachable server', async (t) => {
  t.equal(await look(await serverWith(t, good), health()), undefined);
  t.match(await look(await serverWith(t, { ...good, status: 204 }), health()), /the status 204, not 200/);
  t.match(await look(await serverWith(t, { ...good, type: 'text/plain' }), health()), /content type/);
  t.match(
    await look(await serverWith(t, { ...good, body: '{"status":"no"}' }), health()),
    /"status" is "no"/,
  );
  t.match(await look(await serverWith(t, { ...good, body: '{' }), health()), /JSON/);
  t.match(await look('http://127.0.0.1:9', health()), /GET \/health: /);
});

t.test('a server that fails during a measurement is noticed', async (t) => {
  const base = await serverWith(t, good, { ...good, body: '{}' });
  const { result, sample } = await whileSampling(base, health, () => delay(1300, 'measured'));
  t.equal(result, 'measured');
  t.ok(sample.looks >= 2);
  t.match(sample.problems[0], /no member "status"/);
});

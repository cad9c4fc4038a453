import { createServer, type ServerResponse } from 'node:http';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import t, { type Test } from 'tap';
import { poissonArrivals } from '../../comparison/open-loop/arrivals.ts';
import { runGenerator } from '../../comparison/open-loop/generator-process.ts';
import { LAG_BOUND, type OpenLoad } from '../../comparison/open-loop/open-load.ts';
import { runOpenLoop } from '../../comparison/open-loop/open-loop.ts';
import { randomNumbers } from '../../lib/statistics.ts';

type Behaviour = (response: ServerResponse, sinceFirst: number) => void;

const good: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
};

/** A server with the given behaviour, which depends on the milliseconds since the first request. */
async function serverThat(t: Test, behave: Behaviour): Promise<string> {
  let first: number | undefined;
  const server = createServer((_request, response) => {
    first ??= performance.now();
    behave(response, performance.now() - first);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

const range = { from: 1, to: 1 };
const load = (base: string, given: Partial<OpenLoad> = {}): OpenLoad => ({
  base,
  scenario: 'health',
  loaded: { songs: range, tasks: range, artists: range },
  phase: 0,
  rate: 200,
  seconds: 1,
  warmUpSeconds: 0,
  seed: 3,
  ...given,
});
const signal = new AbortController().signal;

t.test('arrivals are a Poisson process with the given rate', async (t) => {
  const next = poissonArrivals(1000, randomNumbers(4));
  const times = Array.from({ length: 20_000 }, next);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  t.ok(Math.abs(mean - 1) < 0.04, `the gaps are 1 ms long on average: ${mean}`);
  t.ok(Math.abs(deviation - mean) < 0.06, `and deviate from it by as much: ${deviation}`);
  const short = gaps.filter((gap) => gap < 0.1).length / gaps.length;
  t.ok(Math.abs(short - (1 - Math.exp(-0.1))) < 0.01, `one in ten is below 0.1 ms: ${short}`);
});

t.test(
  'a stall of one second at 1,000 requests per second is measured in full (no coordinated omission)',
  async (t) => {
    // The responses to all requests of the second second are sent at its end.
    const base = await serverThat(t, (response, since) => {
      const wait = since > 1000 && since < 2000 ? 2000 - since : 0;
      setTimeout(() => good(response, since), wait);
    });
    const { latency, histogram, achieved, rate } = await runGenerator(
      load(base, { rate: 1000, seconds: 3 }),
      signal,
    );
    const seen = decodeFromCompressedBase64(histogram);
    t.equal(rate, 1000);
    t.ok(
      seen.totalCount > 2700 && seen.totalCount < 3300,
      `about 3,000 requests were sent: ${seen.totalCount}`,
    );
    t.ok(achieved > 0 && achieved < 1100, `and all got a response: ${achieved}`);
    // A third of all requests wait from 0 to 1 s, evenly: 90 % of all wait less than 0.7 s, and 99 % less than 0.97 s.
    t.ok(latency.p90 > 550, `p90: ${latency.p90}`);
    t.ok(latency.p99 > 900, `p99: ${latency.p99}`);
    t.ok(latency.max > 950, `max: ${latency.max}`);
  },
);

t.test('the histogram matches the percentiles, in microseconds', async (t) => {
  const base = await serverThat(t, (response, since) => setTimeout(() => good(response, since), 50));
  const { latency, histogram } = await runGenerator(load(base), signal);
  const seen = decodeFromCompressedBase64(histogram);
  t.equal(seen.getValueAtPercentile(50) / 1000, latency.p50);
  t.equal(seen.getValueAtPercentile(99) / 1000, latency.p99);
  t.ok(latency.p50 >= 49, `${latency.p50}`);
});

t.test('a blocked generator reports its lag, and voids the round', async (t) => {
  const base = await serverThat(t, good);
  // Runs in this process, which can be blocked.
  const blocking = setTimeout(() => {
    for (const end = performance.now() + 400; performance.now() < end; );
  }, 500);
  t.teardown(() => clearTimeout(blocking));
  const { lag, latency, problems } = await runOpenLoop(load(base, { rate: 500 }));
  t.ok(lag.max > 300, `max: ${lag.max}`);
  t.ok(lag.p99 > 200, `p99: ${lag.p99}`);
  t.ok(latency.max >= lag.max - 1, 'the latency of late requests counts from their scheduled time');
  t.match(problems, [new RegExp(`sent 1 of 100 requests .* late or more; ${LAG_BOUND} ms are allowed`)]);
});

t.test('unexpected statuses and wrong bodies of the sample are reported', async (t) => {
  let responses = 0;
  const sometimesFailing = await serverThat(t, (response, since) => {
    if (responses++ % 10 === 0) response.writeHead(500).end('{}');
    else good(response, since);
  });
  const failed = await runGenerator(load(sometimesFailing), signal);
  t.match(failed.problems[0], /\d+ × the status 500, not 200/);
  const lying = await serverThat(t, (response) => response.writeHead(200).end('{"status":"no"}'));
  const lied = await runGenerator(load(lying), signal);
  t.ok(lied.problems.some((problem) => problem.includes('"status" is "no", not "ok"')));
});

t.test('a server that closes connections or is unreachable is reported', async (t) => {
  const base = await serverThat(t, (response) => response.destroy());
  const { problems, latency } = await runGenerator(load(base), signal);
  t.match(problems.join('\n'), /\d+ × UND_ERR_SOCKET/);
  t.match(problems.join('\n'), /there were no responses/);
  t.equal(latency.p99, 0);
  const absent = await runGenerator(load('http://127.0.0.1:9'), signal);
  t.match(absent.problems.join('\n'), /\d+ × \w+/);
});

t.test('it can be aborted', async (t) => {
  const base = await serverThat(t, good);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 300);
  const began = performance.now();
  await t.rejects(runGenerator(load(base, { seconds: 600 }), controller.signal));
  t.ok(performance.now() - began < 60_000);
});

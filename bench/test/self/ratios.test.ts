import t from 'tap';
import type { Measurement } from '../../self/measurement.ts';
import { computeRatios, type RatioDefinition } from '../../self/ratios.ts';
import { problemsReport, ratiosReport } from '../../self/report.ts';
import { summarize } from '../../self/summary.ts';

const measurement = (given: Partial<Measurement>): Measurement => ({
  scenario: 'get',
  mode: 'batched',
  round: 1,
  connections: 64,
  requests: 1000,
  seconds: 1,
  requestsPerSecond: 1000,
  p50Ms: 2,
  p99Ms: 5,
  serverMicros: 50,
  postgresMicros: 10,
  requestsPerBatch: 30,
  batches: undefined,
  problems: [],
  ...given,
});

/** Three rounds of each twin, with the given requests per second. */
const rounds = (batched: number[], plain: number[]) => [
  ...batched.map((requestsPerSecond, index) => measurement({ round: index + 1, requestsPerSecond })),
  ...plain.map((requestsPerSecond, index) =>
    measurement({
      round: index + 1,
      requestsPerSecond,
      mode: 'plain',
      serverMicros: 200,
      postgresMicros: 40,
    }),
  ),
];

const definition: RatioDefinition = {
  title: 'Batched ÷ plain',
  measure: 'requests/s',
  of: { scenario: 'get', mode: 'batched' },
  over: { scenario: 'get', mode: 'plain' },
  connections: 64,
};

t.test('a ratio is the median of the ratios within rounds', async (t) => {
  const [ratio] = computeRatios(rounds([400, 900, 800], [100, 300, 100]), [{ ...definition, atLeast: 4 }]);
  t.match(ratio, { rounds: [4, 3, 8], median: 4, least: 3, most: 8, verdict: 'met' });
});

t.test('each bound can be missed; a ratio without bounds is only reported', async (t) => {
  const measurements = rounds([300], [100]);
  const verdicts = [{ atLeast: 3 }, { atLeast: 3.1 }, { atMost: 3 }, { atMost: 2.9 }, {}].map(
    (goal) => computeRatios(measurements, [{ ...definition, ...goal }])[0]?.verdict,
  );
  t.same(verdicts, ['met', 'missed', 'met', 'missed', 'reported']);
});

t.test('processor time includes the server and PostgreSQL', async (t) => {
  const [ratio] = computeRatios(rounds([300], [100]), [{ ...definition, measure: 'CPU' }]);
  t.equal(ratio?.median, 60 / 240);
});

t.test('rounds with problems, other connections and missing twins are ignored', async (t) => {
  const [plain, ...others] = rounds([], [100, 100]);
  const measurements = [
    measurement({ requestsPerSecond: 500, problems: ['5 responses were not 2xx'] }),
    measurement({ requestsPerSecond: 700, round: 2 }),
    measurement({ requestsPerSecond: 900, round: 3 }),
    measurement({ requestsPerSecond: 900, connections: 1 }),
    ...(plain ? [plain] : []),
    ...others,
  ];
  t.same(computeRatios(measurements, [definition])[0]?.rounds, [7]);
  t.match(computeRatios([], [{ ...definition, atLeast: 1 }]), [
    { rounds: [], median: undefined, verdict: 'not measured' },
  ]);
  t.equal(
    problemsReport(measurements),
    'VOID: GET /songs/{id}, batched, round 1, 64 connections: 5 responses were not 2xx',
  );
});

t.test('a latency of zero (of a coarse clock) has no ratio', async (t) => {
  const measurements = [measurement({ p50Ms: 0 }), measurement({ p50Ms: 0, mode: 'plain' })];
  t.equal(computeRatios(measurements, [{ ...definition, measure: 'p50' }])[0]?.verdict, 'not measured');
});

t.test('the summary contains medians over the rounds', async (t) => {
  t.match(summarize(rounds([400, 900, 800], [100])), [
    { mode: 'batched', rounds: 3, requestsPerSecond: 800, postgresMicros: 10 },
    { mode: 'plain', rounds: 1, requestsPerSecond: 100, postgresMicros: 40 },
  ]);
});

t.test('the table shows median, rounds, target and verdict', async (t) => {
  const report = ratiosReport(
    computeRatios(rounds([400, 900, 800], [100, 300, 100]), [{ ...definition, atLeast: 4 }]),
  );
  t.match(report, /Batched ÷ plain +requests\/s +64 +4\.00 +3\.00 to 8\.00 +≥ 4 +met$/m);
});

import t from 'tap';
import type { Results } from '../../lib/results.ts';
import { readCurve } from '../../report/model/latency.ts';
import { isAcrossLanes } from '../../report/model/peers.ts';
import { buildReportModel, type ReportModel } from '../../report/model/report-model.ts';
import { samplePeers } from './sample-peers.ts';
import { sampleResults } from './sample-results.ts';

const small = (options: Parameters<typeof sampleResults>[0] = {}) =>
  sampleResults({ connections: [64], ...options });
const peersNamed = (...names: string[]) => samplePeers.filter(({ name }) => names.includes(name));
const warned = ({ warnings }: ReportModel, words: RegExp) => warnings.some((warning) => words.test(warning));

/** All rounds, but void. */
function voided(results: Results): Results {
  const problems = ['every response was wrong'];
  return {
    ...results,
    closed: results.closed.map((round) => ({ ...round, problems })),
    open: results.open.map((round) => ({ ...round, problems })),
  };
}

t.test('the finding names the fastest of each lane, with ratio and interval', async (t) => {
  const { finding } = buildReportModel(small());
  t.match(finding, /^Setlist \(batched\) served [\d,]+ mixed requests per second with 64 connections/);
  t.match(
    finding,
    /that is \d\.\d\d times as many as the fastest peer with one query a request, Axum \+ sqlx \(95\u00a0% interval/,
  );
  t.match(
    finding,
    /that is 0\.\d\d times as many as the fastest other peer that batches, net\/http \+ pgx, batched/,
  );
});

t.test('the finding follows the data: it names ties and faster peers', async (t) => {
  const [setlist] = peersNamed('setlist');
  const peers = samplePeers.map((peer) => {
    if (peer.name === 'go-batched') return { ...peer, reads: setlist?.reads ?? 0 };
    return peer.name === 'gin' ? { ...peer, reads: 90_000 } : peer;
  });
  const { finding } = buildReportModel(small({ peers }));
  t.match(finding, /that is 0\.\d\d times as many as the fastest peer with one query a request, Gin \+ pgx/);
  t.match(finding, /that is a tie with the fastest other peer that batches, net\/http \+ pgx, batched/);
});

t.test('each peer has a ratio to both Setlists; ratios across lanes are marked', async (t) => {
  const { peers } = buildReportModel(small());
  const gin = peers.find(({ name }) => name === 'gin');
  const get = gin?.scenarios.find(({ scenario }) => scenario === 'get');
  t.ok(get && (get.ratios.setlist?.median ?? 1) > 1.6);
  t.ok(get && (get.ratios['setlist-plain']?.median ?? 1) < 0.77);
  const plain = { lane: 'one query a request' } as const;
  t.equal(isAcrossLanes(plain, 'setlist', 'get'), true);
  t.equal(isAcrossLanes(plain, 'setlist-plain', 'get'), false);
  t.equal(isAcrossLanes({ lane: 'batched' }, 'setlist-plain', 'get'), true);
  t.equal(isAcrossLanes(plain, 'setlist', 'health'), false, 'without a query, lanes do not matter');
});

t.test('a calm and complete run has no warning', async (t) => {
  const results = small();
  const closed = results.closed.map((round) => ({ ...round, requestsPerSecond: 1_000, problems: [] }));
  t.same(buildReportModel({ ...results, closed }).warnings, []);
});

t.test('noise beyond the bound, a missing control, void rounds and short runs cause warnings', async (t) => {
  const results = small();
  const noisy = results.closed.map((round) =>
    round.role === 'control' ? { ...round, requestsPerSecond: round.requestsPerSecond * 0.8 } : round,
  );
  const model = buildReportModel({ ...results, closed: noisy });
  t.ok(warned(model, /^Noise: .* more than 5 % in 5 of 5 A\/A controls/));
  t.ok(model.controls.every(({ isBeyondBound }) => isBeyondBound));
  const withoutControl = results.closed.filter(({ role }) => role === 'peer');
  t.ok(warned(buildReportModel({ ...results, closed: withoutControl }), /no A\/A control/));
  t.ok(warned(buildReportModel(sampleResults({ connections: [256] })), /^1 of [\d,]+ rounds are void/));
  t.ok(warned(buildReportModel(small({ rounds: 1 })), /^A quick run: 1 round of 8 s/));
  t.ok(warned(buildReportModel({ ...results, interrupted: true }), /interrupted/));
});

t.test('a failed conformance check and a late generator cause warnings', async (t) => {
  const results = small();
  const peers = results.peers.map((peer) => ({ ...peer, conformance: { passed: 1, failed: 2 } }));
  t.ok(warned(buildReportModel({ ...results, peers }), /failed conformance checks: Setlist/));
  const open = results.open.map((round) => ({ ...round, lag: { p99: round.latency.p99, max: 50 } }));
  t.ok(warned(buildReportModel({ ...results, open }), /generator was late/));
});

t.test('empty results make a report that states it', async (t) => {
  const model = buildReportModel({ ...small(), peers: [], closed: [], open: [], leftOut: [] });
  t.match(model.finding, /All measurements of this run are void/);
  t.equal(model.conditions, undefined);
  t.ok(model.claims.every(({ verdict }) => verdict === 'not measured'));
});

t.test('a single peer is described without comparisons', async (t) => {
  const setlist = buildReportModel(small({ peers: peersNamed('setlist') }));
  t.match(setlist.finding, /no other peer was measured/);
  const twins = buildReportModel(small({ peers: peersNamed('setlist', 'setlist-plain') }));
  t.match(twins.finding, /that is \d\.\d\d times as many as with one query a request .* no other peer/);
  const gin = buildReportModel(small({ peers: peersNamed('gin') }));
  t.match(gin.finding, /^Gin \+ pgx served .* Setlist was not measured/);
  t.ok(gin.claims.every(({ verdict }) => verdict === 'not measured'));
});

t.test('if all rounds are void, none counts, and all are listed with their reasons', async (t) => {
  const results = voided(small());
  const model = buildReportModel(results);
  t.match(model.finding, /All measurements of this run are void/);
  t.equal(model.voidRounds.length, results.closed.length + results.open.length);
  t.match(model.voidRounds[0], { load: '64 connections', problems: ['every response was wrong'] });
  t.same(model.latencies, []);
  t.ok(model.peers.every(({ scenarios }) => scenarios.length === 0));
});

t.test('an interrupted run compares the peers that it has', async (t) => {
  const results = small();
  const half = results.closed.filter(({ peer }) => !['spring', 'nest', 'litestar'].includes(peer));
  const model = buildReportModel({ ...results, interrupted: true, closed: half, open: [] });
  t.match(model.finding, /^Setlist \(batched\) served/);
  t.same(model.peers.find(({ name }) => name === 'nest')?.scenarios, []);
});

t.test('the tables show 64 connections, or the number with most measurements', async (t) => {
  t.match(buildReportModel(sampleResults({ connections: [1, 64], rounds: 1 })).conditions, {
    connections: 64,
    scenario: 'mixed',
  });
  t.match(buildReportModel(sampleResults({ connections: [8, 32], rounds: 1 })).conditions, {
    connections: 32,
  });
});

t.test('the curve rises from the median, in milliseconds, up to the number of responses', async (t) => {
  const { latencies } = buildReportModel(small());
  const [first] = latencies[0]?.peers ?? [];
  const curve = first?.curve ?? [];
  t.equal(curve[0]?.oneIn, 1);
  t.ok(curve.every(({ milliseconds }, index) => milliseconds >= (curve[index - 1]?.milliseconds ?? 0)));
  const one = curve.find(({ oneIn }) => Math.abs(oneIn - 100) < 1);
  t.ok(one && first && Math.abs(one.milliseconds / first.percentiles.p99 - 1) < 0.2, 'like the rounds');
  t.ok((curve.at(-1)?.oneIn ?? 0) <= 6_000, 'three rounds of 2,000 responses');
});

t.test('an invalid histogram only removes the curve', async (t) => {
  t.equal(readCurve(['bm90IGEgaGlzdG9ncmFt']), undefined);
  t.equal(readCurve([]), undefined);
  const results = small();
  const open = results.open.map((round) => ({ ...round, histogram: '' }));
  const [comparison] = buildReportModel({ ...results, open }).latencies;
  t.ok(comparison?.peers.every(({ curve, percentiles }) => curve === undefined && percentiles.p99 > 0));
});

t.test('a peer with fewer responses than requests fell behind', async (t) => {
  const results = small();
  const open = results.open.map((round) => (round.peer === 'django' ? { ...round, achieved: 480 } : round));
  const [comparison] = buildReportModel({ ...results, open }).latencies;
  const behind = comparison?.peers.filter(({ fellBehind }) => fellBehind).map(({ peer }) => peer);
  t.same(behind, ['django']);
});

t.test('no peer fell behind if all got fewer requests', async (t) => {
  const results = small();
  const open = results.open.map((round) => ({
    ...round,
    achieved: round.rate * (round.round === 1 ? 0.95 : 1.03),
  }));
  const [comparison] = buildReportModel({ ...results, open }).latencies;
  t.same(
    comparison?.peers.filter(({ fellBehind }) => fellBehind),
    [],
  );
  const stalled = open.map((round) => ({ ...round, achieved: round.rate * 0.8 }));
  const [stall] = buildReportModel({ ...results, open: stalled }).latencies;
  t.ok(
    stall?.peers.every(({ fellBehind }) => fellBehind),
    'all fell behind if none reached the rate',
  );
});

t.test('equal results make equal reports', async (t) => {
  t.same(buildReportModel(small()), buildReportModel(small()));
});

import t from 'tap';
import type { OpenRound, Results } from '../../lib/results.ts';
import type { Claim } from '../../report/model/claims/claim.ts';
import { buildReportModel } from '../../report/model/report-model.ts';
import { type SamplePeer, samplePeers } from './sample-peers.ts';
import { type SampleOptions, sampleResults } from './sample-results.ts';

/** The sample with changed peers; undefined removes a peer. */
function sampleWith(
  changes: Record<string, Partial<SamplePeer> | undefined>,
  options: SampleOptions = {},
): Results {
  const peers = samplePeers.flatMap((peer) => {
    const isLeftOut = peer.name in changes && changes[peer.name] === undefined;
    return isLeftOut ? [] : [{ ...peer, ...changes[peer.name] }];
  });
  return sampleResults({ connections: [64], ...options, peers });
}

function claim(results: Results, words: RegExp): Claim {
  const found = buildReportModel(results).claims.find((claim) => words.test(claim.claim));
  if (!found) throw new Error(`No claim contains ${words}.`);
  return found;
}

/** Changes the 99th percentile of a peer in the open loop. */
function withP99(results: Results, changes: Record<string, number>): Results {
  const open = results.open.map((round): OpenRound => {
    const p99 = changes[round.peer];
    return p99 === undefined ? round : { ...round, latency: { ...round.latency, p99 } };
  });
  return { ...results, open };
}

t.test('FastAPI matches Node and Go if it is as fast as the fastest of both', async (t) => {
  const words = /^FastAPI matches/;
  t.match(claim(sampleWith({ fastapi: { reads: 40_000 } }), words), { verdict: 'confirmed' });
});

t.test('FastAPI does not match them if it is slower than the slowest of one of them', async (t) => {
  const words = /^FastAPI matches/;
  t.match(claim(sampleWith({}), words), { verdict: 'refuted', measured: /0\.\d+ times \(.*NestJS/ });
  t.match(claim(sampleWith({ fastapi: { reads: 12_000 } }), words), { verdict: 'refuted', measured: /Gin/ });
});

t.test('FastAPI between the slowest and the fastest is undecided', async (t) => {
  const results = sampleWith({ fastapi: { reads: 11_000 }, gin: { reads: 11_000 } });
  t.match(claim(results, /^FastAPI matches/), { verdict: 'undecided' });
});

t.test('a claim without measurements has no verdict, and the reason names what is missing', async (t) => {
  t.match(claim(sampleWith({ fastapi: undefined }), /^FastAPI matches/), {
    verdict: 'not measured',
    measured: /FastAPI was not measured/,
  });
  t.match(claim(sampleWith({ gin: undefined }), /^FastAPI matches/), {
    verdict: 'not measured',
    measured: /No Go peer/,
  });
  t.match(claim(sampleWith({ nest: undefined }), /from FastAPI/), { verdict: 'not measured' });
  t.match(claim(sampleWith({ django: undefined }), /from Django/), { verdict: 'not measured' });
  t.match(claim(sampleWith({ nest: undefined }), /more code/), { verdict: 'not measured' });
  t.match(claim(sampleWith({ django: undefined }), /synchronous stack/), { verdict: 'not measured' });
});

t.test('a batched peer never replaces one with one query per request', async (t) => {
  const results = sampleWith({ gin: { lane: 'batched' } });
  for (const words of [/^FastAPI matches/, /Setlist’s own/]) {
    t.match(claim(results, words), { verdict: 'not measured', measured: /No Go peer/ });
  }
});

t.test('Python costs more if even its leanest peer needs more than the leanest other', async (t) => {
  const leanCpu = { micros: 8 };
  const leanMemory = { megabytes: 6 };
  t.match(claim(sampleWith({}), /more CPU/), { verdict: 'confirmed' });
  t.match(claim(sampleWith({}), /more memory/), { verdict: 'confirmed' });
  t.match(claim(sampleWith({ litestar: leanCpu }), /more CPU/), { verdict: 'refuted', measured: /Litestar/ });
  t.match(claim(sampleWith({ django: leanMemory }), /more memory/), {
    verdict: 'refuted',
    measured: /Django/,
  });
  t.match(claim(sampleWith({ fastapi: leanCpu, gin: leanCpu }), /more CPU/), { verdict: 'undecided' });
});

t.test('a single round is undecided', async (t) => {
  t.match(claim(sampleWith({}, { rounds: 1 }), /more CPU/), { verdict: 'undecided' });
});

t.test('NestJS saves half if the whole interval of the saving is above half', async (t) => {
  t.match(claim(sampleWith({}), /from FastAPI/), { verdict: 'confirmed', measured: /5\d % saved/ });
  t.match(claim(sampleWith({}), /from Django/), {
    verdict: 'confirmed',
    measured: /more than the claim \(/,
  });
  t.match(claim(sampleWith({ nest: { micros: 260 } }), /from FastAPI/), { verdict: 'refuted' });
  t.match(claim(sampleWith({ nest: { micros: 400 } }), /from FastAPI/), {
    verdict: 'refuted',
    measured: /\d+ % more \(-/,
  });
});

t.test('NestJS needs more code if it has more than FastAPI and the median', async (t) => {
  const words = /more code/;
  t.match(claim(sampleWith({}), words), { verdict: 'confirmed', measured: /NestJS 520 lines, FastAPI 210/ });
  t.match(claim(sampleWith({ nest: { lines: 200 } }), words), { verdict: 'refuted' });
  t.match(claim(sampleWith({ nest: { lines: 220 } }), words), { verdict: 'undecided' });
});

t.test('a synchronous stack at 2 s is judged by whether an asynchronous one is below 100 ms', async (t) => {
  const words = /synchronous stack/;
  const results = sampleWith({});
  t.match(claim(withP99(results, { django: 2_400 }), words), { verdict: 'confirmed', measured: /2,400 ms/ });
  const slow = { django: 2_400, fastapi: 150, litestar: 140, express: 150, fastify: 150, hono: 150 };
  t.match(claim(withP99(results, { ...slow, nest: 150, 'setlist-plain': 150 }), words), {
    verdict: 'refuted',
  });
  t.match(claim(results, words), { verdict: 'undecided', measured: /were not reached.*mean was Django/ });
});

t.test('thousands of connections are not measured below a thousand per process', async (t) => {
  const words = /Thousands/;
  t.match(claim(sampleWith({}, { connections: [64, 999] }), words), { verdict: 'not measured' });
  const halved = sampleWith({}, { connections: [64, 1_500] });
  t.match(claim({ ...halved, setup: { ...halved.setup, workers: 2 } }, words), {
    verdict: 'not measured',
    measured: /750 per process/,
  });
});

t.test('thousands of connections hold if a Node peer keeps its rate without a failure', async (t) => {
  const words = /Thousands/;
  const results = sampleWith({}, { connections: [64, 2_000] });
  t.match(claim(results, words), { verdict: 'confirmed', measured: /2,000 connections: Setlist / });
  const broken = results.closed.map((round) =>
    round.connections === 2_000 ? { ...round, problems: ['connection reset'] } : round,
  );
  t.match(claim({ ...results, closed: broken }, words), {
    verdict: 'refuted',
    measured: /7 of 7 rounds void/,
  });
  const slow = results.closed.map((round) =>
    round.connections === 2_000 ? { ...round, requestsPerSecond: 100 } : round,
  );
  t.match(claim({ ...results, closed: slow }, words), { verdict: 'refuted' });
});

t.test('Setlist’s own claim can be refuted, and names the comparable batched peer', async (t) => {
  const words = /Setlist’s own/;
  t.match(claim(sampleWith({}), words), {
    verdict: 'confirmed',
    measured: /in the same lane, it has 0\.\d+ times/,
    rule: /across lanes/,
  });
  t.match(claim(sampleWith({ gin: { reads: 60_000 } }), words), { verdict: 'refuted' });
  t.match(claim(sampleWith({ gin: { reads: 39_000 } }), words), { verdict: 'undecided' });
});

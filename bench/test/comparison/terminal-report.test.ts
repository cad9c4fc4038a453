import { Value } from '@sinclair/typebox/value';
import t from 'tap';
import { terminalReport } from '../../comparison/terminal-report.ts';
import { type ClosedRound, type OpenRound, Results } from '../../lib/results.ts';

const closed = (peer: string, round: number, requestsPerSecond: number, more: Partial<ClosedRound> = {}) => ({
  ...Value.Create(Results.properties.closed.items),
  peer,
  role: 'peer' as const,
  scenario: 'get' as const,
  connections: 64,
  round,
  requestsPerSecond,
  problems: [],
  ...more,
});
const rounds = [1, 2, 3, 4, 5, 6];
const open: OpenRound = {
  ...Value.Create(Results.properties.open.items),
  peer: 'setlist',
  scenario: 'get',
  rate: 600,
  latency: { p50: 1.25, p90: 2, p99: 3, p999: 4, max: 5 },
  problems: [],
};

const peer = (name: string, title: string) => ({
  ...Value.Create(Results.properties.peers.items),
  name,
  title,
});
const results = (given: Partial<Results>): Results => ({
  ...Value.Create(Results),
  peers: [peer('setlist', 'Setlist'), peer('gin', 'Gin + pgx'), peer('slow', 'Slow')],
  leftOut: [],
  closed: [],
  open: [],
  ...given,
});

t.test('ratios are within rounds, with their interval and verdict', async (t) => {
  const report = terminalReport(
    results({
      closed: rounds.flatMap((round) => [
        // All become twice as fast with each round: only values of the same round are comparable.
        closed('setlist', round, 100 * 2 ** round),
        closed('setlist', round, 100 * 2 ** round * (round % 2 === 0 ? 1.02 : 0.98), { role: 'control' }),
        closed('gin', round, 150 * 2 ** round),
        closed('slow', round, 25 * 2 ** round),
      ]),
    }),
  );
  t.match(report, /^GET \/songs\/\{id\}; 64 connections, closed loop/m);
  t.match(report, /requests\/s +Setlist ÷ it +95 % +Setlist is /);
  t.match(report, /^Setlist +1200 +– +– +– /m);
  t.match(report, /^Setlist again \(A\/A\) +\d+ +1\.00 +0\.98 to 1\.02 +tie /m);
  t.match(report, /^Gin \+ pgx +1800 +0\.67 +0\.67 to 0\.67 +slower /m);
  t.match(report, /^Slow +300 +4\.00 +4\.00 to 4\.00 +faster /m);
});

t.test('a verdict on too few rounds for an interval of 95 % has a question mark', async (t) => {
  const few = [1, 2, 3].flatMap((round) => [closed('setlist', round, 100), closed('gin', round, 200)]);
  t.match(terminalReport(results({ closed: few })), /^Gin \+ pgx .* slower\? /m);
});

t.test('void rounds are listed and do not count', async (t) => {
  const report = terminalReport(
    results({
      closed: [
        closed('setlist', 1, 1000),
        closed('setlist', 2, 1000),
        closed('gin', 1, 2000),
        closed('gin', 2, 9000, { problems: ['5 responses were not 2xx'] }),
      ],
    }),
  );
  t.match(report, /^Gin \+ pgx +2000 +0\.50 +– +one round .* 1 of 2$/m);
  t.match(report, 'VOID: Gin + pgx, GET /songs/{id}, round 2, 64 connections: 5 responses were not 2xx');
});

t.test('latencies and skipped peers are listed', async (t) => {
  const report = terminalReport(
    results({
      open: [open],
      leftOut: [{ name: 'axum', title: 'Axum', reason: 'cargo is not installed here' }],
    }),
  );
  t.match(report, /open loop at 600 requests\/s/);
  t.match(report, /^Setlist +0 +1\.25 +2\.00 +3\.00 +4\.00 /m);
  t.match(report, 'SKIPPED: Axum: cargo is not installed here');
});

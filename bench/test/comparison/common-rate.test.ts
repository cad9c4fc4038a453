import t from 'tap';
import { commonRate } from '../../comparison/common-rate.ts';
import type { ClosedRound } from '../../lib/results.ts';

const round = (given: Partial<ClosedRound>): ClosedRound => ({
  peer: 'setlist',
  role: 'peer',
  scenario: 'get',
  connections: 64,
  round: 1,
  requests: 1000,
  seconds: 1,
  requestsPerSecond: 1000,
  serverMicros: 1,
  postgresMicros: 1,
  pssBytes: 1,
  problems: [],
  ...given,
});

t.test('it is 60 % of the median of the slowest peer', async (t) => {
  const rounds = [
    round({ requestsPerSecond: 9000 }),
    ...[500, 1000, 9000].map((requestsPerSecond) => round({ peer: 'slow', requestsPerSecond })),
  ];
  t.equal(commonRate(rounds, 'get', 5000), 600);
  t.equal(commonRate(rounds, 'get', 400), 400, 'but at most the capacity of the generator');
  t.equal(commonRate(rounds, 'get', undefined), 600);
});

t.test('it uses only valid rounds of the scenario, at 64 connections or the nearest number', async (t) => {
  const rounds = [
    round({ requestsPerSecond: 1000 }),
    round({ requestsPerSecond: 10, problems: ['void'] }),
    round({ requestsPerSecond: 20, scenario: 'list' }),
    round({ requestsPerSecond: 30, connections: 256 }),
  ];
  t.equal(commonRate(rounds, 'get', undefined), 600);
  const others = [1, 16, 256].map((connections) =>
    round({ connections, requestsPerSecond: connections * 10 }),
  );
  // 16 and 256 are equally far: a quarter and four times as many. The first one is used.
  t.equal(commonRate(others, 'get', undefined), 96);
  t.equal(commonRate([], 'get', undefined), undefined);
});

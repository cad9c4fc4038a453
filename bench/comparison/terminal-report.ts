import { median } from 'simple-statistics';
import type { ClosedRound, OpenRound, Results } from '../lib/results.ts';
import { byRound, compareToOne, type Estimate, estimate, groupBy, ratiosByRound } from '../lib/statistics.ts';
import { figure, table } from '../lib/table.ts';
import { scenarioNames, scenarios } from './scenarios.ts';

const SETLIST = 'setlist';

type Round = Pick<ClosedRound, 'peer' | 'role' | 'round' | 'problems'>;

/** All tables of a run: throughput and cost per scenario and number of connections, then latencies. */
export function terminalReport(results: Results): string {
  const rank = ({ scenario }: Pick<ClosedRound, 'scenario'>) => scenarioNames.indexOf(scenario);
  const closed = groupBy(
    results.closed.toSorted((a, b) => rank(a) - rank(b) || a.connections - b.connections),
    ({ scenario, connections }) => `${scenario} ${connections}`,
  );
  const open = groupBy(
    results.open.toSorted((a, b) => rank(a) - rank(b)),
    ({ scenario, rate }) => `${scenario} ${rate}`,
  );
  return [
    ...[...closed.values()].map((rounds) => closedTable(rounds, results)),
    ...[...open.values()].map((rounds) => openTable(rounds, results)),
    ...leftOutLines(results),
    ...voidLines(results),
  ].join('\n\n');
}

function closedTable(rounds: readonly ClosedRound[], results: Results): string {
  const [first] = rounds;
  if (!first) return '';
  const { scenario, connections } = first;
  const rows = entrantsOf(rounds).map((group) => {
    const ratio = setlistRatio(group, rounds, results.setup.seed);
    return [
      titleOf(group, results),
      figure(
        middle(group, ({ requestsPerSecond }) => requestsPerSecond),
        0,
      ),
      figure(ratio?.median, 2),
      intervalOf(ratio),
      ratio ? verdict(ratio) : '–',
      figure(
        middle(group, ({ serverMicros }) => serverMicros),
        0,
      ),
      figure(
        middle(group, ({ postgresMicros }) => postgresMicros),
        0,
      ),
      figure(
        middle(group, ({ pssBytes }) => pssBytes / 2 ** 20),
        0,
      ),
      counted(group),
    ];
  });
  const title = `${scenarios[scenario].title}; ${connectionsText(connections)}, closed loop; medians over the rounds`;
  return `${title}\n${table(CLOSED, rows)}`;
}

const CLOSED = [
  '',
  'requests/s',
  'Setlist ÷ it',
  '95 %',
  'Setlist is',
  'server µs',
  'PostgreSQL µs',
  'PSS MiB',
  'rounds',
];

function openTable(rounds: readonly OpenRound[], results: Results): string {
  const [first] = rounds;
  if (!first) return '';
  const rows = entrantsOf(rounds).map((group) => [
    titleOf(group, results),
    figure(
      middle(group, ({ achieved }) => achieved),
      0,
    ),
    figure(
      middle(group, ({ latency }) => latency.p50),
      2,
    ),
    figure(
      middle(group, ({ latency }) => latency.p90),
      2,
    ),
    figure(
      middle(group, ({ latency }) => latency.p99),
      2,
    ),
    figure(
      middle(group, ({ latency }) => latency.p999),
      2,
    ),
    figure(
      middle(group, ({ lag }) => lag.p99),
      2,
    ),
    counted(group),
  ]);
  const title = `${scenarios[first.scenario].title}; open loop at ${first.rate} requests/s; latency in ms, medians over the rounds`;
  return `${title}\n${table(OPEN, rows)}`;
}

const OPEN = ['', 'achieved', 'p50', 'p90', 'p99', 'p99.9', 'lag p99', 'rounds'];

/** The rounds of each entrant: Setlist, its control, then the others by name. */
function entrantsOf<Item extends Round>(rounds: readonly Item[]): Item[][] {
  const rank = ([first]: readonly Item[]) =>
    first?.peer === SETLIST ? `0 ${first.role === 'control'}` : `1 ${first?.peer}`;
  return [...groupBy(rounds, ({ peer, role }) => `${peer} ${role}`).values()].sort((a, b) =>
    rank(a) < rank(b) ? -1 : 1,
  );
}

function titleOf([first]: readonly Round[], { peers }: Results): string {
  const title = peers.find(({ name }) => name === first?.peer)?.title ?? first?.peer ?? '';
  return first?.role === 'control' ? `${title} again (A/A)` : title;
}

function middle<Item extends Round>(
  rounds: readonly Item[],
  of: (round: Item) => number,
): number | undefined {
  const valid = rounds.filter(({ problems }) => problems.length === 0);
  return valid.length === 0 ? undefined : median(valid.map(of));
}

/** Setlist's requests/s divided by those of the group, within rounds; undefined for Setlist. */
function setlistRatio(
  group: readonly ClosedRound[],
  rounds: readonly ClosedRound[],
  seed: number,
): Estimate | undefined {
  const isSetlist = ({ peer, role }: Round) => peer === SETLIST && role === 'peer';
  if (group.some(isSetlist)) return undefined;
  const throughput = ({ requestsPerSecond }: ClosedRound) => requestsPerSecond;
  const ratios = ratiosByRound(byRound(rounds.filter(isSetlist), throughput), byRound(group, throughput));
  return estimate(ratios, seed);
}

function intervalOf(ratio: Estimate | undefined): string {
  return ratio?.interval ? `${figure(ratio.interval.low, 2)} to ${figure(ratio.interval.high, 2)}` : '–';
}

const VERDICTS = { less: 'slower', tie: 'tie', more: 'faster', 'one round': 'one round' } as const;

/** With fewer rounds, no interval of the median covers 95 %. */
const ENOUGH_ROUNDS = 6;

/** With a question mark if there are too few rounds. */
function verdict(ratio: Estimate): string {
  const isSure = ratio.rounds.length === 1 || ratio.rounds.length >= ENOUGH_ROUNDS;
  return `${VERDICTS[compareToOne(ratio)]}${isSure ? '' : '?'}`;
}

function connectionsText(connections: number): string {
  return connections === 1 ? '1 connection' : `${connections} connections`;
}

/** The number of valid rounds. */
function counted(rounds: readonly Round[]): string {
  const valid = rounds.filter(({ problems }) => problems.length === 0);
  return valid.length === rounds.length ? String(rounds.length) : `${valid.length} of ${rounds.length}`;
}

function leftOutLines({ leftOut }: Results): string[] {
  return leftOut.map(({ title, reason }) => `SKIPPED: ${title}: ${reason}`);
}

function voidLines(results: Results): string[] {
  const lines = [
    ...results.closed.map((round) => ({ ...round, load: connectionsText(round.connections) })),
    ...results.open.map((round) => ({ ...round, load: `${round.rate} requests/s` })),
  ]
    .filter(({ problems }) => problems.length > 0)
    .map(
      (round) =>
        `VOID: ${titleOf([round], results)}, ${scenarios[round.scenario].title}, round ${round.round}, ${round.load}: ${round.problems.join('; ')}`,
    );
  return lines.length === 0 ? [] : [lines.join('\n')];
}

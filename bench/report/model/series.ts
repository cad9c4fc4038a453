import { median } from 'simple-statistics';
import type { ClosedRound, OpenRound, Results, ScenarioName } from '../../lib/results.ts';
import {
  type ByRound,
  byRound,
  type Comparison,
  compareToOne,
  type Estimate,
  estimate,
  ratiosByRound,
} from '../../lib/statistics.ts';

/** The measures of a closed round; higher is not always better. */
export type Measure = 'requests/s' | 'CPU' | 'server CPU' | 'PostgreSQL CPU' | 'memory';

/** A selection of closed rounds. */
export interface Selection {
  peer: string;
  role?: ClosedRound['role'];
  scenario: ScenarioName;
  connections: number;
}

/** A ratio, its interval and the verdict. */
export interface Ratio extends Estimate {
  comparison: Comparison;
}

/** The closed rounds of a selection, including void ones. */
export function closedRounds(
  results: Results,
  { peer, role = 'peer', scenario, connections }: Selection,
): ClosedRound[] {
  return results.closed.filter(
    (round) =>
      round.peer === peer &&
      round.role === role &&
      round.scenario === scenario &&
      round.connections === connections,
  );
}

/** The values of the valid rounds, in bytes for memory, and microseconds per request for processor time. */
export function series(results: Results, selection: Selection, measure: Measure): ByRound {
  return byRound(closedRounds(results, selection), (round) => measured(round, measure));
}

/** The median over the valid rounds; undefined if there are none. */
export function middleOf(results: Results, selection: Selection, measure: Measure): number | undefined {
  const values = [...series(results, selection, measure).values()];
  return values.length === 0 ? undefined : median(values);
}

/** The ratio of two selections, within rounds. */
export function ratioOf(
  results: Results,
  of: Selection,
  over: Selection,
  measure: Measure,
): Ratio | undefined {
  const ratios = ratiosByRound(series(results, of, measure), series(results, over, measure));
  const ratio = estimate(ratios, results.setup.seed);
  return ratio && { ...ratio, comparison: compareToOne(ratio) };
}

/** The valid open rounds of a peer in a scenario at a rate. */
export function openRounds(
  results: Results,
  { peer, scenario, rate }: Pick<OpenRound, 'peer' | 'scenario' | 'rate'>,
): OpenRound[] {
  return results.open.filter(
    (round) =>
      round.peer === peer &&
      round.role === 'peer' &&
      round.scenario === scenario &&
      round.rate === rate &&
      round.problems.length === 0,
  );
}

function measured(round: ClosedRound, measure: Measure): number {
  switch (measure) {
    case 'requests/s':
      return round.requestsPerSecond;
    case 'CPU':
      return round.serverMicros + round.postgresMicros;
    case 'server CPU':
      return round.serverMicros;
    case 'PostgreSQL CPU':
      return round.postgresMicros;
    case 'memory':
      return round.pssBytes;
  }
}

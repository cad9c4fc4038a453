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

/** What a closed round tells, and higher is not better in all of them. */
export type Measure = 'requests/s' | 'CPU' | 'server CPU' | 'PostgreSQL CPU' | 'memory';

/** Which closed rounds are meant. */
export interface Selection {
  peer: string;
  role?: ClosedRound['role'];
  scenario: ScenarioName;
  connections: number;
}

/** A ratio, its interval and what follows from it. */
export interface Ratio extends Estimate {
  comparison: Comparison;
}

/** The closed rounds of a selection, void ones included. */
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

/** What was measured in each round that counts; bytes for memory, microseconds a request for processor time. */
export function series(results: Results, selection: Selection, measure: Measure): ByRound {
  return byRound(closedRounds(results, selection), (round) => measured(round, measure));
}

/** The median over the rounds that count; undefined where none does. */
export function middleOf(results: Results, selection: Selection, measure: Measure): number | undefined {
  const values = [...series(results, selection, measure).values()];
  return values.length === 0 ? undefined : median(values);
}

/** What one selection has for each of another's, within rounds. */
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

/** The open rounds of a peer in a scenario at a rate that count. */
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

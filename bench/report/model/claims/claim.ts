import type { Results } from '../../../lib/results.ts';
import type { Estimate } from '../../../lib/statistics.ts';
import type { Conditions } from '../conditions.ts';

/** `undecided`: measured, but the intervals or the circumstances allow no verdict. */
export type Verdict = 'confirmed' | 'refuted' | 'undecided' | 'not measured';

/** A row of the claims table. */
export interface Claim {
  /** In the words of the articles. */
  claim: string;
  verdict: Verdict;
  /** In figures. */
  measured: string;
  /** The rule, fixed before the measurements. */
  rule: string;
}

/** The verdict of the data on a claim. */
export type Finding = Pick<Claim, 'verdict' | 'measured'>;

/** A claim and its rule. */
export interface Question {
  claim: string;
  rule: string;
  judge(results: Results, conditions: Conditions | undefined): Finding;
}

/** A claim without data. */
export function notMeasured(reason: string): Finding {
  return { verdict: 'not measured', measured: reason };
}

/** Whether the whole interval is above the bound (1), below it (−1), or neither (0, as for a single round). */
export function sideOf({ interval }: Estimate, bound: number): -1 | 0 | 1 {
  if (!interval) return 0;
  if (interval.low > bound) return 1;
  return interval.high < bound ? -1 : 0;
}

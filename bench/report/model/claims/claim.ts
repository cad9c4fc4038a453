import type { Results } from '../../../lib/results.ts';
import type { Estimate } from '../../../lib/statistics.ts';
import type { Conditions } from '../conditions.ts';

/** `undecided` is what was measured but settles nothing, because the intervals or the circumstances do not allow it. */
export type Verdict = 'confirmed' | 'refuted' | 'undecided' | 'not measured';

/** A row of the claims table. */
export interface Claim {
  /** As the articles have it. */
  claim: string;
  verdict: Verdict;
  /** In figures. */
  measured: string;
  /** What decided, whatever the figures. */
  rule: string;
}

/** What the data says of a claim whose words and rule are fixed. */
export type Finding = Pick<Claim, 'verdict' | 'measured'>;

/** How a claim is looked at. */
export interface Question {
  claim: string;
  rule: string;
  judge(results: Results, conditions: Conditions | undefined): Finding;
}

/** A claim that the data has nothing about. */
export function notMeasured(reason: string): Finding {
  return { verdict: 'not measured', measured: reason };
}

/** Whether the whole interval is above the bound (1), below it (−1), or neither (0), which a single round always is. */
export function sideOf({ interval }: Estimate, bound: number): -1 | 0 | 1 {
  if (!interval) return 0;
  if (interval.low > bound) return 1;
  return interval.high < bound ? -1 : 0;
}

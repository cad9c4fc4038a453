import type { Results } from '../../../lib/results.ts';
import type { Conditions } from '../conditions.ts';
import { batchedReads } from './batched-reads.ts';
import type { Claim } from './claim.ts';
import { ioBoundPython } from './io-bound-python.ts';
import { manyConnections } from './many-connections.ts';
import { nestCode } from './nest-code.ts';
import { nestSavesFromDjango, nestSavesFromFastApi } from './nest-savings.ts';
import { pythonCostsMemory, pythonCostsProcessorTime } from './python-cost.ts';
import { synchronousLatency } from './synchronous-latency.ts';

const questions = [
  ioBoundPython,
  synchronousLatency,
  pythonCostsProcessorTime,
  pythonCostsMemory,
  nestSavesFromDjango,
  nestSavesFromFastApi,
  nestCode,
  manyConnections,
  batchedReads,
];

/** Judges each claim by the measurements. */
export function judgeClaims(results: Results, conditions: Conditions | undefined): Claim[] {
  return questions.map(({ claim, rule, judge }) => ({ claim, rule, ...judge(results, conditions) }));
}

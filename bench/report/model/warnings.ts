import type { Results } from '../../lib/results.ts';
import { number, percent } from '../format.ts';
import { type Conditions, scenarioNamed } from './conditions.ts';
import type { LatencyComparison } from './latency.ts';
import { type Control, connectionsText, NOISE_BOUND, type VoidRound } from './noise.ts';

/** Fewer or shorter rounds make a run a quick one. */
const FEW_ROUNDS = 5;
const SHORT_SECONDS = 2;

/** The input of the warnings. */
interface Observed {
  conditions: Conditions | undefined;
  controls: readonly Control[];
  voidRounds: readonly VoidRound[];
  latencies: readonly LatencyComparison[];
}

/** The warnings for the reader; empty if there are none. */
export function warningsOf(results: Results, observed: Observed): string[] {
  return [
    ...interruptedWarning(results),
    ...quickWarning(results),
    ...noiseWarning(results, observed.controls),
    ...voidWarning(results, observed),
    ...failedConformanceWarning(results),
    ...lateGeneratorWarning(observed.latencies),
  ];
}

function interruptedWarning({ interrupted }: Results): string[] {
  return interrupted
    ? [
        'The run was interrupted: the last measurements are missing, and peers may have different numbers of rounds.',
      ]
    : [];
}

function quickWarning({ setup: { rounds, seconds } }: Results): string[] {
  if (rounds >= FEW_ROUNDS && seconds >= SHORT_SECONDS) return [];
  return [
    `A quick run: ${number(rounds)} ${rounds === 1 ? 'round' : 'rounds'} of ${number(seconds)} s each. Decisions need at least ${FEW_ROUNDS} rounds of ${SHORT_SECONDS} s.`,
  ];
}

function noiseWarning({ closed }: Results, controls: readonly Control[]): string[] {
  if (closed.length === 0) return [];
  if (controls.length === 0) return ['There is no A/A control: the noise of the machine is unknown.'];
  const beyond = controls.filter(({ isBeyondBound }) => isBeyondBound);
  const [worst] = beyond.toSorted((a, b) => b.deviation - a.deviation);
  if (!worst) return [];
  const where = `${scenarioNamed(worst.scenario).title}, ${connectionsText(worst.connections)}`;
  return [
    `Noise: Setlist differs from itself by more than ${percent(NOISE_BOUND, 0)} in ${beyond.length} of ${controls.length} A/A controls, by at most ${percent(worst.deviation)} (${where}). Differences of that size are not significant.`,
  ];
}

function voidWarning({ closed, open }: Results, { voidRounds, conditions }: Observed): string[] {
  if (voidRounds.length === 0) return [];
  const all = closed.length + open.length;
  const nothing = conditions ? '' : ' No closed round counts.';
  return [
    `${number(voidRounds.length)} of ${number(all)} rounds are void; “Noise control” lists the reasons.${nothing}`,
  ];
}

function failedConformanceWarning({ peers }: Results): string[] {
  const failed = peers.filter(({ conformance }) => conformance.failed > 0).map(({ title }) => title);
  return failed.length === 0 ? [] : [`Measured despite failed conformance checks: ${failed.join(', ')}.`];
}

function lateGeneratorWarning(latencies: readonly LatencyComparison[]): string[] {
  const late = latencies.flatMap(({ peers }) => peers.filter(({ isGeneratorLate }) => isGeneratorLate));
  if (late.length === 0) return [];
  const titles = [...new Set(late.map(({ title }) => title))].join(', ');
  return [
    `The load generator was late by more than a tenth of the measured 99th percentile: ${titles}. These latencies include its lag.`,
  ];
}

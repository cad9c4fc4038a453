import type { Target } from './scenarios.ts';

/** One planned measurement. */
export interface Step extends Target {
  /** From 1. */
  round: number;
  connections: number;
}

/**
 * Orders the measurements: compared ones follow each other directly, and every second round reverses the order, so that
 * neither is always first.
 */
export function planSteps(
  targets: readonly Target[],
  connections: readonly number[],
  rounds: number,
): Step[] {
  return Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) => {
    const ordered = round % 2 === 1 ? targets : targets.toReversed();
    return connections.flatMap((connections) => ordered.map((target) => ({ ...target, round, connections })));
  });
}

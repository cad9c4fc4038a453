import type { Target } from './scenarios.ts';

/** One measurement to make. */
export interface Step extends Target {
  /** From 1. */
  round: number;
  connections: number;
}

/**
 * Puts the measurements in an order in which what is compared is measured one right after the other, and in which
 * neither always comes first: each round turns the order around.
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

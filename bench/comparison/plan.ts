import { shuffle } from 'simple-statistics';
import type { ClosedRound, ScenarioName } from '../lib/results.ts';
import { randomNumbers } from '../lib/statistics.ts';
import { deriveSeed } from './derived-seed.ts';

/** Who is measured: a peer, or Setlist once more, as the control. */
export interface Entrant {
  /** The name of the peer. */
  peer: string;
  role: ClosedRound['role'];
}

/** Measurements that are compared with each other, made one right after the other. */
export interface Block {
  /** From 1. */
  round: number;
  scenario: ScenarioName;
  /** In the order in which they are measured; each is started anew. */
  entrants: Entrant[];
  /** The numbers of connections, in the order in which each entrant is measured with them. */
  connections: number[];
}

export interface PlanOptions {
  scenarios: readonly ScenarioName[];
  entrants: readonly Entrant[];
  connections: readonly number[];
  rounds: number;
  seed: number;
}

/**
 * Puts the measurements in an order that favours nobody. Everything is drawn anew for each odd round, and each even
 * round is the round before it backwards (A B, B A), so that what changes steadily with time weighs on all alike.
 *
 * @returns The blocks in their order; equal seeds give equal orders.
 */
export function planBlocks(options: PlanOptions): Block[] {
  return Array.from({ length: options.rounds }, (_, index) => index + 1).flatMap((round) => {
    const isBackwards = round % 2 === 0;
    const blocks = drawRound(options, isBackwards ? round - 1 : round).map((block) => ({ ...block, round }));
    if (!isBackwards) return blocks;
    return blocks.toReversed().map((block) => ({
      ...block,
      entrants: block.entrants.toReversed(),
      connections: block.connections.toReversed(),
    }));
  });
}

function drawRound({ scenarios, entrants, connections, seed }: PlanOptions, round: number) {
  const drawn = <Item>(items: readonly Item[], ...purpose: string[]) =>
    shuffle([...items], randomNumbers(deriveSeed(seed, 'order', round, ...purpose)));
  return drawn(scenarios).map((scenario) => ({
    scenario,
    entrants: drawn(entrants, scenario, 'entrants'),
    connections: drawn(connections, scenario, 'connections'),
  }));
}

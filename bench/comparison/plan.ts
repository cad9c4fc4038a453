import { shuffle } from 'simple-statistics';
import type { ClosedRound, ScenarioName } from '../lib/results.ts';
import { randomNumbers } from '../lib/statistics.ts';
import { deriveSeed } from './derived-seed.ts';

/** A measured peer, or the control: another start of Setlist. */
export interface Entrant {
  /** The name of the peer. */
  peer: string;
  role: ClosedRound['role'];
}

/** Compared measurements, one directly after the other. */
export interface Block {
  /** From 1. */
  round: number;
  scenario: ScenarioName;
  /** In the order of measurement; each has its own start. */
  entrants: Entrant[];
  /** The numbers of connections, in the order of measurement. */
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
 * Orders the measurements without a bias. Each odd round has a random order, and each even round reverses the order of the
 * previous one (A B, B A), so that a steady drift affects all entrants equally.
 *
 * @returns The blocks in order, determined by the seed.
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

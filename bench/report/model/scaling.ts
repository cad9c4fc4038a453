import type { PeerResult, Results, ScenarioName } from '../../lib/results.ts';
import { scenarios } from './conditions.ts';
import { middleOf } from './series.ts';

/** Requests per second over connections. */
export interface Scaling {
  scenario: ScenarioName;
  peers: { peer: string; title: string; lane: PeerResult['lane']; points: ScalingPoint[] }[];
}

export interface ScalingPoint {
  connections: number;
  requestsPerSecond: number;
}

/** The medians at each number of connections, for scenarios with several numbers. */
export function findScaling(results: Results): Scaling[] {
  return scenarios.flatMap(({ name: scenario }) => {
    const rounds = results.closed.filter((round) => round.scenario === scenario);
    const numbers = [...new Set(rounds.map(({ connections }) => connections))].sort((a, b) => a - b);
    const peers = results.peers.flatMap(({ name: peer, title, lane }) => {
      const points = numbers.flatMap((connections) => {
        const requestsPerSecond = middleOf(results, { peer, scenario, connections }, 'requests/s');
        return requestsPerSecond === undefined ? [] : [{ connections, requestsPerSecond }];
      });
      return points.length === 0 ? [] : [{ peer, title, lane, points }];
    });
    return numbers.length < 2 || peers.length === 0 ? [] : [{ scenario, peers }];
  });
}

import type { Results } from '../../../lib/results.ts';
import { factor, number } from '../../format.ts';
import { ioBound, scenarioNamed } from '../conditions.ts';
import { closedRounds, middleOf } from '../series.ts';
import { type Finding, notMeasured, type Question } from './claim.ts';
import { isNode } from './groups.ts';

const THOUSANDS = 1_000;
const KEPT = 0.5;

/** Whether one thread of a Node.js peer serves thousands of connections. */
export const manyConnections: Question = {
  claim: 'Thousands of concurrent connections on one thread',
  rule:
    'Node peers at the highest measured number of connections, if that is at least 1,000 per process. Confirmed: ' +
    'at least one has no failure and at least half of its best requests/s. Refuted: none does.',
  judge(results) {
    const most = Math.max(0, ...results.closed.map(({ connections }) => connections));
    const each = most / Math.max(1, results.setup.workers);
    if (each < THOUSANDS) {
      return notMeasured(
        `The highest measured number is ${number(most)} connections, ${number(each)} per process.`,
      );
    }
    const findings = results.peers
      .filter(isNode)
      .flatMap(({ name, title }) => look(results, name, title, most));
    if (findings.length === 0) return notMeasured('No Node peer was measured with that many connections.');
    const isConfirmed = findings.some(({ verdict }) => verdict === 'confirmed');
    return {
      verdict: isConfirmed ? 'confirmed' : 'refuted',
      measured: `${number(most)} connections: ${findings.map(({ measured }) => measured).join('; ')}.`,
    };
  },
};

function look(results: Results, peer: string, title: string, connections: number): Finding[] {
  const scenario = ioBound.find(
    (scenario) => closedRounds(results, { peer, scenario, connections }).length > 0,
  );
  if (!scenario) return [];
  const rounds = closedRounds(results, { peer, scenario, connections });
  const failed = rounds.filter(({ problems }) => problems.length > 0).length;
  const numbers = new Set(results.closed.map((round) => round.connections));
  const speeds = [...numbers].map(
    (connections) => middleOf(results, { peer, scenario, connections }, 'requests/s') ?? 0,
  );
  const there = middleOf(results, { peer, scenario, connections }, 'requests/s') ?? 0;
  const kept = there === 0 ? 0 : there / Math.max(...speeds);
  const words = scenarioNamed(scenario).inSentence;
  const told = `${number(there)} ${words}/s, ${factor(kept)} times its best, ${failed} of ${rounds.length} rounds void`;
  return [{ verdict: failed === 0 && kept >= KEPT ? 'confirmed' : 'refuted', measured: `${title} ${told}` }];
}

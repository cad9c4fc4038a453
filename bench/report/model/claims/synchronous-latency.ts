import type { Results } from '../../../lib/results.ts';
import { milliseconds, number } from '../../format.ts';
import { type Conditions, scenarioNamed } from '../conditions.ts';
import { compareLatencies, type LatencyComparison, type PeerLatency } from '../latency.ts';
import { connectionsText } from '../noise.ts';
import { type Finding, notMeasured, type Question } from './claim.ts';
import { candidates, isNode, isPython, synchronous } from './groups.ts';

const BEFORE = 2_000;
const AFTER = 100;

/** Whether a synchronous Python stack takes seconds under a load that an asynchronous one handles quickly. */
export const synchronousLatency: Question = {
  claim: 'A synchronous stack at 2 s under load falls below 100 ms',
  rule:
    '99th percentile in the open loop, from the scheduled time, all at the same rate: Django REST framework or Flask ' +
    'against asynchronous Python or Node peers with one query a request. Confirmed: the synchronous stack takes 2 s or ' +
    'more and an asynchronous one less than 100 ms. Refuted: it takes 2 s or more, and no asynchronous one less than ' +
    '100 ms. Undecided: the synchronous stack stays below 2 s at that rate, so that the premise of the claim is not met.',
  judge(results, conditions) {
    const findings = compareLatencies(results).flatMap((comparison) => look(results, comparison));
    const decisive =
      findings.find(({ verdict }) => verdict === 'confirmed') ??
      findings.find(({ verdict }) => verdict === 'refuted') ??
      findings[0];
    if (!decisive)
      return notMeasured('No synchronous and asynchronous stack were measured at the same rate.');
    return { ...decisive, measured: `${decisive.measured}${underLoad(results, conditions)}` };
  },
};

function look(results: Results, { scenario, rate, peers }: LatencyComparison): Finding[] {
  const isAsynchronous = ({ peer, lane }: PeerLatency) =>
    lane === 'one query a request' &&
    results.peers.some((result) => result.name === peer && (isNode(result) || isPython(result)));
  const before = peers.filter(({ peer }) => synchronous.includes(peer)).at(-1);
  const after = peers.find((peer) => !synchronous.includes(peer.peer) && isAsynchronous(peer));
  if (!before || !after) return [];
  const told = ({ title, percentiles, fellBehind }: PeerLatency) =>
    `${title} ${milliseconds(percentiles.p99)} ms${fellBehind ? ' (fell behind)' : ''}`;
  const hasArisen = before.percentiles.p99 >= BEFORE;
  const isBelow = after.percentiles.p99 < AFTER;
  return [
    {
      verdict: hasArisen ? (isBelow ? 'confirmed' : 'refuted') : 'undecided',
      measured: `p99 of ${scenarioNamed(scenario).inSentence} at ${number(rate)} requests/s: ${told(before)}, ${told(after)}.${hasArisen ? '' : ' The 2 s of the claim were not reached.'}`,
    },
  ];
}

/** The mean latency in the closed loop: the number of clients divided by the responses per second. */
function underLoad(results: Results, conditions: Conditions | undefined): string {
  if (!conditions) return '';
  const connections = Math.max(...results.closed.map((round) => round.connections));
  const there = { scenario: conditions.scenario, connections };
  const before = candidates(results, there, 'requests/s', ({ name }) => synchronous.includes(name))[0];
  const after = candidates(
    results,
    there,
    'requests/s',
    (peer) => (isNode(peer) || isPython(peer)) && !synchronous.includes(peer.name),
  ).at(-1);
  if (!before || !after) return '';
  const mean = ({ title, value }: { title: string; value: number }) =>
    `${title} ${milliseconds((connections / value) * 1000)} ms`;
  return ` With ${connectionsText(connections)} in the closed loop, the mean was ${mean(before)}, ${mean(after)}.`;
}

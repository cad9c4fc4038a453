import type { Results } from '../../../lib/results.ts';
import { milliseconds, number } from '../../format.ts';
import { type Conditions, scenarioNamed } from '../conditions.ts';
import { compareLatencies, type LatencyComparison, type PeerLatency } from '../latency.ts';
import { connectionsText } from '../noise.ts';
import { type Finding, notMeasured, type Question } from './claim.ts';
import { candidates, isNode, isPython, synchronous } from './groups.ts';

const BEFORE = 2_000;
const AFTER = 100;

/** Whether a synchronous Python stack that takes seconds under load is answered by an asynchronous one that does not. */
export const synchronousLatency: Question = {
  claim: 'A synchronous stack at 2 s under load falls below 100 ms',
  rule:
    '99th percentile in the open loop, from the intended send time, all at the same rate: Django REST framework or Flask ' +
    'against asynchronous Python or Node peers with one query a request. Confirmed: the synchronous stack takes 2 s or ' +
    'more and an asynchronous one less than 100 ms. Refuted: it takes 2 s or more, and no asynchronous one less than ' +
    '100 ms. Undecided: the synchronous stack stays below 2 s at that rate, so that what the claim speaks of did not arise.',
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
      measured: `p99 of ${scenarioNamed(scenario).inSentence} at ${number(rate)} requests/s: ${told(before)}, ${told(after)}.${hasArisen ? '' : ' The 2 s that the claim starts from did not arise.'}`,
    },
  ];
}

/** What eager clients saw: in a closed loop, the mean is the number of clients divided by the answers a second. */
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
  return ` With ${connectionsText(connections)} that ask as fast as they are answered, the mean was ${mean(before)}, ${mean(after)}.`;
}

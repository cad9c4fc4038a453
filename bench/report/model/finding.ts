import type { Results } from '../../lib/results.ts';
import { factor, interval, number } from '../format.ts';
import { type Conditions, SETLIST, SETLIST_PLAIN, scenarioNamed } from './conditions.ts';
import { connectionsText } from './noise.ts';
import { type PeerSummary, summaryOf } from './peers.ts';
import type { Ratio } from './series.ts';

/** The summary of the figures in one sentence, whichever peer they favour. */
export function findingOf(peers: readonly PeerSummary[], conditions: Conditions | undefined): string {
  if (!conditions) return 'All measurements of this run are void.';
  const { scenario, connections } = conditions;
  const { inSentence } = scenarioNamed(scenario);
  const there = peers.filter((peer) => summaryOf(peer, scenario));
  const setlist = there.find(({ name }) => name === SETLIST);
  const rivals = there.filter((peer) => !peer.isSetlist);
  const first = setlist ?? there[0];
  const speed = first && summaryOf(first, scenario);
  if (!first || !speed) return `No ${inSentence} were measured.`;
  const opening = `${described(first)} served ${number(speed.requestsPerSecond)} ${inSentence} per second with ${connectionsText(connections)}, at ${number(speed.cpu.total)} µs of processor time each`;
  if (!setlist) return `${opening}; Setlist was not measured: there is no comparison.`;
  const compared = (['one query a request', 'batched'] as const).flatMap((lane) => {
    const fastest = rivals.find((peer) => peer.lane === lane);
    const ratio = fastest && summaryOf(fastest, scenario)?.ratios[SETLIST];
    return fastest && ratio ? [ratioWords(ratio, `${laneWords(lane)}, ${fastest.title}`)] : [];
  });
  const twin = there.find(({ name }) => name === SETLIST_PLAIN);
  const ratio = twin && summaryOf(twin, scenario)?.ratios[SETLIST];
  if (compared.length === 0 && ratio) {
    return `${opening}; ${ratioWords(ratio, 'with one query a request')}; no other peer was measured.`;
  }
  if (compared.length === 0) return `${opening}; no other peer was measured.`;
  return `${opening}; ${compared.join('; ')}.`;
}

function described({ title, lane }: PeerSummary): string {
  return lane === 'batched' ? `${title} (batched)` : title;
}

function laneWords(lane: PeerSummary['lane']): string {
  return lane === 'batched'
    ? 'the fastest other peer that batches'
    : 'the fastest peer with one query a request';
}

/** Describes the ratio of Setlist's requests/s to those of another peer. */
function ratioWords(ratio: Ratio, other: string): string {
  const range = interval(ratio);
  if (ratio.comparison === 'tie')
    return `that is a tie with ${other} (${factor(ratio.median)} times as many, 95\u00a0% interval ${range})`;
  const told = range ? `95\u00a0% interval ${range}` : 'one round, no interval';
  return `that is ${factor(ratio.median)} times as many as ${other} (${told})`;
}

/** The heading of the comparison, and its lanes. */
export function subjectOf(results: Results): { title: string; lanes: string } {
  const batched = results.peers.filter(({ lane }) => lane === 'batched').length;
  const plain = results.peers.length - batched;
  const count = results.peers.length === 1 ? '1 implementation' : `${results.peers.length} implementations`;
  return {
    title: `${count} of one HTTP API`,
    lanes: `The same contract on the same PostgreSQL: ${plain} with one query a request, ${batched} batched.`,
  };
}

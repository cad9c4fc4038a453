import { number, times } from '../../format.ts';
import { SETLIST } from '../conditions.ts';
import { middleOf, ratioOf } from '../series.ts';
import { notMeasured, type Question, sideOf } from './claim.ts';
import { candidates, circumstances, isGo } from './groups.ts';

/** Setlist's own claim: batched reads against the fastest unbatched Go peer. */
export const batchedReads: Question = {
  claim: 'Setlist’s own: a Node process serves fresh database reads faster than Go with one query per read',
  rule:
    'GET by id: Setlist with default settings (batched) against the fastest Go peer with one query a request. The comparison is ' +
    'across lanes, like the claim. Confirmed: the whole interval of the ratio of requests/s is above 1. Refuted: it is below 1.',
  judge(results, conditions) {
    if (!conditions?.measured.includes('get')) return notMeasured('GET by id was not measured.');
    const there = { scenario: 'get' as const, connections: conditions.connections };
    const go = candidates(results, there, 'requests/s', isGo).at(-1);
    const setlist = middleOf(results, { ...there, peer: SETLIST }, 'requests/s');
    if (setlist === undefined) return notMeasured('Setlist was not measured.');
    if (!go) return notMeasured('No Go peer with one query a request was measured.');
    const ratio = ratioOf(results, { ...there, peer: SETLIST }, { ...there, peer: go.name }, 'requests/s');
    if (!ratio) return notMeasured('The two have no round in common.');
    const side = sideOf(ratio, 1);
    const batched = results.peers
      .filter((peer) => isGo(peer) && peer.lane === 'batched')
      .flatMap(({ name, title }) => {
        const same = ratioOf(results, { ...there, peer: SETLIST }, { ...there, peer: name }, 'requests/s');
        return same ? [`; in the same lane, it has ${times(same)} the requests/s of ${title}`] : [];
      });
    return {
      verdict: side > 0 ? 'confirmed' : side < 0 ? 'refuted' : 'undecided',
      measured: `Setlist, batched: ${number(setlist)} requests/s; ${go.title}, unbatched: ${number(go.value)}: ${times(ratio)}${batched.join('')} (${circumstances(there)}).`,
    };
  },
};

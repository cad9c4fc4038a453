import { median } from 'simple-statistics';
import { number } from '../../format.ts';
import { SETLIST, SETLIST_PLAIN } from '../conditions.ts';
import { notMeasured, type Question } from './claim.ts';

/** Whether the NestJS peer has more lines of code than FastAPI's and than is usual among the peers. */
export const nestCode: Question = {
  claim: 'NestJS needs more code for simple tasks',
  rule:
    'Lines without blanks and comments of the peers, which all do the same; Setlist, which does more, is left out. ' +
    'Confirmed: NestJS has more than FastAPI and more than the median of the others. Refuted: not more than either.',
  judge({ peers }) {
    const lines = (name: string) => peers.find((peer) => peer.name === name)?.linesOfCode.total;
    const others = peers.filter(({ name }) => !['nest', SETLIST, SETLIST_PLAIN].includes(name));
    const nest = lines('nest');
    if (nest === undefined) return notMeasured('NestJS was not measured.');
    if (others.length === 0) return notMeasured('There is no other peer to compare NestJS with.');
    const middle = median(others.map(({ linesOfCode }) => linesOfCode.total));
    const fastapi = lines('fastapi');
    const isMore = [fastapi, middle].filter((bar) => bar !== undefined).map((bar) => nest > bar);
    const verdict = isMore.every(Boolean) ? 'confirmed' : isMore.some(Boolean) ? 'undecided' : 'refuted';
    const told = fastapi === undefined ? '' : `FastAPI ${number(fastapi)}, `;
    return {
      verdict,
      measured: `NestJS ${number(nest)} lines, ${told}the median of ${others.length} other peers ${number(middle)}.`,
    };
  },
};

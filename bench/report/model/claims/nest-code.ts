import { median } from 'simple-statistics';
import { number } from '../../format.ts';
import { SETLIST, SETLIST_PLAIN } from '../conditions.ts';
import { notMeasured, type Question } from './claim.ts';

/** Whether the NestJS peer has more lines of code than FastAPI and the median of the peers. */
export const nestCode: Question = {
  claim: 'NestJS needs more code for simple tasks',
  rule:
    'Lines of the peers without blank lines and comments; Setlist, which has more features, is excluded. Confirmed: ' +
    'NestJS has more than FastAPI and more than the median of the others. Refuted: not more than either.',
  judge({ peers }) {
    const lines = (name: string) => peers.find((peer) => peer.name === name)?.linesOfCode.total;
    const others = peers.filter(({ name }) => !['nest', SETLIST, SETLIST_PLAIN].includes(name));
    const nest = lines('nest');
    if (nest === undefined) return notMeasured('NestJS was not measured.');
    if (others.length === 0) return notMeasured('No other peer was measured.');
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

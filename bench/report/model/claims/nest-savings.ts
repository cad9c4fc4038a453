import { number, percent } from '../../format.ts';
import { middleOf, ratioOf } from '../series.ts';
import { notMeasured, type Question, sideOf } from './claim.ts';
import { circumstances } from './groups.ts';

const LEAST = 0.5;
const MOST = 0.7;

/** Whether a move to NestJS saves 50 to 70 % of the processor time per request. */
function nestSaves(from: string, title: string): Question {
  return {
    claim: `Moving to NestJS saves 50–70 % of server cost (from ${title})`,
    rule:
      'Cost is processor time per request, server and PostgreSQL together. Confirmed: the whole interval of the saving ' +
      'is at least 50 %. Refuted: it is below 50 %.',
    judge(results, conditions) {
      if (!conditions) return notMeasured('No round counts.');
      const { scenario, connections } = conditions;
      const nest = { peer: 'nest', scenario, connections };
      const other = { peer: from, scenario, connections };
      const before = middleOf(results, other, 'CPU');
      const after = middleOf(results, nest, 'CPU');
      const ratio = ratioOf(results, nest, other, 'CPU');
      if (after === undefined) return notMeasured('NestJS was not measured.');
      if (before === undefined) return notMeasured(`${title} was not measured.`);
      if (!ratio) return notMeasured('The two have no round in common.');
      const side = sideOf(ratio, 1 - LEAST);
      const saved = 1 - ratio.median;
      const range = ratio.interval
        ? ` (${percent(1 - ratio.interval.high, 0)} to ${percent(1 - ratio.interval.low, 0)})`
        : '';
      const more = side < 0 && saved > MOST ? ', more than the claim' : '';
      const change = saved < 0 ? `${percent(-saved, 0)} more` : `${percent(saved, 0)} saved`;
      return {
        verdict: side < 0 ? 'confirmed' : side > 0 ? 'refuted' : 'undecided',
        measured: `${title} ${number(before)} µs, NestJS ${number(after)} µs per request: ${change}${range}${more} (${circumstances(conditions)}).`,
      };
    },
  };
}

export const nestSavesFromDjango = nestSaves('django', 'Django REST framework');
export const nestSavesFromFastApi = nestSaves('fastapi', 'FastAPI');

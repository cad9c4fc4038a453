import { mebibytes, number, times } from '../../format.ts';
import { ratioOf } from '../series.ts';
import { notMeasured, type Question, sideOf } from './claim.ts';
import { type Candidate, candidates, circumstances, isGo, isNode, isPython } from './groups.ts';

const isOther = (peer: Parameters<typeof isNode>[0]) => isNode(peer) || isGo(peer);

/** Whether the leanest Python peer needs more than the leanest Node.js or Go peer. */
function pythonCosts(resource: 'CPU' | 'memory'): Question {
  const told = ({ title, value }: Candidate) =>
    `${title}: ${resource === 'CPU' ? `${number(value)} µs per request` : `${mebibytes(value)} MiB`}`;
  return {
    claim: `Python costs more ${resource}`,
    rule:
      `The Python peer with the least ${resource === 'CPU' ? 'processor time per request (server and PostgreSQL)' : 'memory (PSS of all its processes under load)'} ` +
      'against the Node or Go peer with the least, each with one query a request. Confirmed: the whole interval of ' +
      'the ratio is above 1. Refuted: it is below 1.',
    judge(results, conditions) {
      if (!conditions) return notMeasured('No round counts.');
      const [python] = candidates(results, conditions, resource, isPython);
      const [other] = candidates(results, conditions, resource, isOther);
      if (!python) return notMeasured('No Python peer was measured.');
      if (!other) return notMeasured('No Node or Go peer with one query a request was measured.');
      const { scenario, connections } = conditions;
      const ratio = ratioOf(
        results,
        { peer: python.name, scenario, connections },
        { peer: other.name, scenario, connections },
        resource,
      );
      if (!ratio) return notMeasured('The two have no round in common.');
      const side = sideOf(ratio, 1);
      return {
        verdict: side > 0 ? 'confirmed' : side < 0 ? 'refuted' : 'undecided',
        measured: `${told(python)}; ${told(other)}: ${times(ratio)} (${circumstances(conditions)}).`,
      };
    },
  };
}

export const pythonCostsProcessorTime = pythonCosts('CPU');
export const pythonCostsMemory = pythonCosts('memory');

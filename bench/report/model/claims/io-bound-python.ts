import type { Results } from '../../../lib/results.ts';
import { number, times } from '../../format.ts';
import type { Conditions } from '../conditions.ts';
import { ratioOf } from '../series.ts';
import { type Finding, notMeasured, type Question, sideOf } from './claim.ts';
import { type Candidate, candidates, circumstances, ioBoundScenarios, isGo, isNode } from './groups.ts';

const ENOUGH = 0.9;

/** Whether FastAPI is as fast as Node.js and Go on requests that wait for the database. */
export const ioBoundPython: Question = {
  claim: 'FastAPI matches Node and Go on I/O-bound work',
  rule:
    'Requests/s, each with one query a request. Confirmed: at least 0.9 times the fastest Node peer and the fastest Go ' +
    'peer. Refuted: less than 0.9 times even the slowest Node peer, or even the slowest Go peer. Whole intervals count.',
  judge(results, conditions) {
    const [scenario] = ioBoundScenarios(conditions);
    if (!conditions || !scenario) return notMeasured('No scenario with the database was measured.');
    const there = { ...conditions, scenario };
    const [fastapi] = candidates(results, there, 'requests/s', ({ name }) => name === 'fastapi');
    const node = candidates(results, there, 'requests/s', isNode);
    const go = candidates(results, there, 'requests/s', isGo);
    if (!fastapi) return notMeasured('FastAPI was not measured.');
    if (node.length === 0 || go.length === 0) {
      return notMeasured(
        `No ${node.length === 0 ? 'Node' : 'Go'} peer with one query a request was measured.`,
      );
    }
    return judge(results, there, fastapi, { node, go });
  },
};

function judge(
  results: Results,
  conditions: Conditions,
  fastapi: Candidate,
  { node, go }: Record<'node' | 'go', Candidate[]>,
): Finding {
  const { scenario, connections } = conditions;
  const selection = { scenario, connections };
  const against = (rival: Candidate | undefined) => {
    const ratio =
      rival &&
      ratioOf(
        results,
        { ...selection, peer: fastapi.name },
        { ...selection, peer: rival.name },
        'requests/s',
      );
    return { rival, ratio, side: ratio ? sideOf(ratio, ENOUGH) : 0 };
  };
  const slowest = [against(node.at(0)), against(go.at(0))];
  const fastest = [against(node.at(-1)), against(go.at(-1))];
  const isRefuted = slowest.some(({ side }) => side < 0);
  const isConfirmed = fastest.every(({ side }) => side > 0);
  const rivals = new Map([...slowest, ...fastest].map((entry) => [entry.rival?.name, entry]));
  const told = [...rivals.values()].flatMap(({ rival, ratio }) =>
    rival && ratio ? [`${times(ratio)} ${rival.title}`] : [],
  );
  return {
    verdict: isRefuted ? 'refuted' : isConfirmed ? 'confirmed' : 'undecided',
    measured: `FastAPI: ${number(fastapi.value)} requests/s (${circumstances(conditions)}); ${told.join(', ')}.`,
  };
}

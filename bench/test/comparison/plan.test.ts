import t from 'tap';
import { entrantsOf } from '../../comparison/peer-selection.ts';
import { planBlocks } from '../../comparison/plan.ts';
import { scenarioNames } from '../../comparison/scenarios.ts';

const peers = ['setlist', 'express', 'fastapi', 'gin', 'spring'];
const options = {
  scenarios: scenarioNames,
  entrants: entrantsOf(peers),
  connections: [1, 16, 64, 256],
  rounds: 4,
  seed: 7,
};
const asText = (blocks: ReturnType<typeof planBlocks>) =>
  blocks.map(({ scenario, entrants, connections }) =>
    [scenario, ...entrants.map(({ peer, role }) => `${peer} ${role}`), ...connections].join(' '),
  );
const roundOf = (round: number) => planBlocks(options).filter((block) => block.round === round);

t.test('every block contains every peer, Setlist and its control once', async (t) => {
  const blocks = planBlocks(options);
  t.equal(blocks.length, 4 * scenarioNames.length);
  for (const { entrants, connections } of blocks) {
    t.same(
      entrants.map(({ peer, role }) => `${peer} ${role}`).sort(),
      [...peers.map((peer) => `${peer} peer`), 'setlist control'].sort(),
    );
    t.same([...connections].sort(), [...options.connections].sort());
  }
  for (const round of [1, 2, 3, 4]) {
    t.same(
      roundOf(round)
        .map(({ scenario }) => scenario)
        .sort(),
      [...scenarioNames].sort(),
    );
  }
});

t.test('an even round reverses the previous one; an odd round has a new random order', async (t) => {
  const backwards = roundOf(1)
    .toReversed()
    .map((block) => ({
      ...block,
      round: 2,
      entrants: block.entrants.toReversed(),
      connections: block.connections.toReversed(),
    }));
  t.same(roundOf(2), backwards);
  t.notSame(asText(roundOf(3)), asText(roundOf(1)));
  t.notSame(asText(roundOf(3)), asText(roundOf(2)));
});

t.test('the seed determines the order', async (t) => {
  t.same(planBlocks(options), planBlocks(options));
  t.notSame(asText(planBlocks(options)), asText(planBlocks({ ...options, seed: 8 })));
});

t.test('no entrant has a fixed position: over many seeds, each comes first equally often', async (t) => {
  const firsts = new Map<string, number>();
  for (let seed = 1; seed <= 300; seed++) {
    const [block] = planBlocks({ ...options, scenarios: ['get'], rounds: 1, seed });
    const first = `${block?.entrants[0]?.peer} ${block?.entrants[0]?.role}`;
    firsts.set(first, (firsts.get(first) ?? 0) + 1);
  }
  t.equal(firsts.size, 6);
  // 50 each are expected; 25 and 80 are about four standard deviations away.
  t.ok(
    [...firsts.values()].every((times) => times > 25 && times < 80),
    JSON.stringify([...firsts]),
  );
});

import { SONGS, TASKS } from '../lib/load-data.ts';
import { describeMachine } from '../lib/machine.ts';
import type { Peer } from '../lib/peer-manifest.ts';
import type { Results, Setup } from '../lib/results.ts';
import { measureClosed } from './closed-loop.ts';
import { commonRate } from './common-rate.ts';
import { type Conditions, POOL_MAX } from './conditions.ts';
import { postgresSettings } from './database-state.ts';
import { type LeftOut, lineUp } from './line-up.ts';
import { findCapacity, LOWEST_RATE } from './open-loop/capacity.ts';
import { CONNECTIONS, LAG_BOUND } from './open-loop/open-load.ts';
import { measureOpen, OPEN_WARM_UP, openSeconds } from './open-measurement.ts';
import type { Options } from './options.ts';
import { BASE, entrantsOf } from './peer-selection.ts';
import { planBlocks } from './plan.ts';
import { Progress } from './progress.ts';
import { scenarios } from './scenarios.ts';

/** The expected time for a database copy, a start, a check and a stop, and for a pause between measurements, in seconds. */
const START = 4;
const PAUSE = 1;

const say = (text: string) => process.stderr.write(`${text}\n`);

/**
 * Makes all measurements, and adds each to the results immediately: an interruption loses none.
 *
 * @param save Called after each addition to the results.
 * @returns The skipped peers that have their toolchain.
 */
export async function runComparison(
  peers: readonly Peer[],
  conditions: Conditions,
  results: Results,
  save: () => Promise<void>,
): Promise<LeftOut[]> {
  const line = await lineUp(peers, conditions, say);
  results.peers = line.results;
  results.leftOut = line.leftOut.map(({ name, title, reason }) => ({ name, title, reason }));
  if (!line.peers.has(BASE)) throw new Error('Setlist cannot be measured, but it is the base of all ratios.');
  await save();
  await runClosed(line.peers, conditions, results, save);
  await runOpen(line.peers, conditions, results, save);
  return line.leftOut.filter(({ isFault }) => isFault);
}

/** The set-up of a run. */
export async function describeSetup({ database, generator, options }: Conditions): Promise<Setup> {
  const machine = describeMachine(database.version, generator.name);
  const { rounds, openRounds, seconds, warmUpSeconds, connections, seed, workers } = options;
  return {
    processor: machine.processor,
    cores: machine.cores,
    memoryBytes: machine.memory,
    system: machine.system,
    node: machine.node,
    postgres: database.version,
    postgresSettings: await postgresSettings(database),
    loadGenerator: generator.name,
    workers,
    poolMax: POOL_MAX,
    songs: SONGS,
    tasks: TASKS,
    rounds,
    seconds,
    warmUpSeconds,
    connections: [...connections],
    seed,
    openLoop: {
      arrivals: 'Poisson',
      connections: CONNECTIONS,
      warmUpSeconds: OPEN_WARM_UP,
      rounds: openRounds,
      lagBound: LAG_BOUND,
    },
  };
}

async function runClosed(
  peers: ReadonlyMap<string, Peer>,
  conditions: Conditions,
  results: Results,
  save: () => Promise<void>,
): Promise<void> {
  const { options } = conditions;
  const blocks = planBlocks({ ...options, entrants: entrantsOf([...peers.keys()]) });
  const step = START + options.warmUpSeconds + options.connections.length * (options.seconds + PAUSE);
  const total = blocks.reduce((sum, { entrants }) => sum + entrants.length * step, 0);
  const openTotal = options.openRounds * options.scenarios.length * (peers.size + 1) * openStep(options);
  const progress = new Progress(total + openTotal);
  for (const block of blocks) {
    for (const entrant of block.entrants) {
      conditions.signal.throwIfAborted();
      progress.begin(placeOf(block, entrant));
      const peer = peerNamed(peers, entrant.peer);
      const outcomes: string[] = [];
      const startUp = await measureClosed(block, entrant, peer, conditions, (round) => {
        results.closed.push(round);
        outcomes.push(outcomeOf(round));
      });
      keepStartUp(results, entrant, startUp);
      progress.end(step, outcomes.join(', '));
    }
    await save();
  }
}

async function runOpen(
  peers: ReadonlyMap<string, Peer>,
  conditions: Conditions,
  results: Results,
  save: () => Promise<void>,
): Promise<void> {
  const { options, folder, signal } = conditions;
  say('Open loop: measuring the capacity of the generator…');
  const capacity = options.rate ?? (await findCapacity(folder, options.seed, signal));
  if (capacity === undefined)
    say('    it is late even at the lowest rate: this machine has no time to spare');
  if (results.setup.openLoop && options.rate === undefined && capacity !== undefined) {
    results.setup.openLoop.capacity = capacity;
  }
  const rateIn = (scenario: Results['open'][number]['scenario']) =>
    options.rate ?? commonRate(results.closed, scenario, capacity ?? LOWEST_RATE);
  const blocks = planBlocks({
    ...options,
    rounds: options.openRounds,
    connections: [],
    entrants: entrantsOf([...peers.keys()]),
  });
  const progress = new Progress(blocks.length * (peers.size + 1) * openStep(options));
  for (const block of blocks) {
    const rate = rateIn(block.scenario);
    if (rate === undefined) say(`${scenarios[block.scenario].title}: no rate, as nothing was measured`);
    for (const entrant of rate === undefined ? [] : block.entrants) {
      signal.throwIfAborted();
      progress.begin(`${placeOf(block, entrant)}, open loop at ${rate} requests/s`);
      const peer = peerNamed(peers, entrant.peer);
      const { round, startUp } = await measureOpen(block, entrant, peer, rate ?? 0, conditions);
      keepStartUp(results, entrant, startUp);
      results.open.push(round);
      const { latency, problems } = round;
      progress.end(
        openStep(options),
        problems.length > 0 ? `VOID: ${problems.join('; ')}` : `p50 ${latency.p50} ms, p99 ${latency.p99} ms`,
      );
    }
    await save();
  }
}

const openStep = ({ seconds, warmUpSeconds }: Options) =>
  START + warmUpSeconds + OPEN_WARM_UP + openSeconds(seconds) + PAUSE;

function placeOf(
  { round, scenario }: { round: number; scenario: Results['closed'][number]['scenario'] },
  { peer, role }: { peer: string; role: Results['closed'][number]['role'] },
): string {
  return `round ${round}, ${scenarios[scenario].title}: ${peer}${role === 'control' ? ' again (A/A)' : ''}`;
}

function outcomeOf({ connections, requestsPerSecond, problems }: Results['closed'][number]): string {
  const problem = problems.length > 0 ? ` (VOID: ${problems.join('; ')})` : '';
  return `${Math.round(requestsPerSecond)}/s at ${connections}${problem}`;
}

function keepStartUp(
  { peers }: Results,
  { peer, role }: { peer: string; role: Results['closed'][number]['role'] },
  startUp: number | undefined,
): void {
  if (role !== 'peer' || startUp === undefined) return;
  peers.find(({ name }) => name === peer)?.startUp.push(startUp);
}

function peerNamed(peers: ReadonlyMap<string, Peer>, name: string): Peer {
  const peer = peers.get(name);
  if (!peer) throw new Error(`The peer ${name} is unknown.`);
  return peer;
}

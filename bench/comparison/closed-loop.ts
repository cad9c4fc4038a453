import { setTimeout as delay } from 'node:timers/promises';
import type { Peer } from '../lib/peer-manifest.ts';
import { processTreeTime } from '../lib/processor-time.ts';
import type { ClosedRound } from '../lib/results.ts';
import { randomNumbers } from '../lib/statistics.ts';
import { problemsOf } from './closed-problems.ts';
import type { Conditions } from './conditions.ts';
import { becomeIdle, countCreated, restore } from './database-state.ts';
import { deriveSeed } from './derived-seed.ts';
import { type Session, withSession } from './peer-session.ts';
import type { Block, Entrant } from './plan.ts';
import { pssOfTree } from './proportional-memory.ts';
import { whileSampling } from './sampler.ts';
import { requestSource, sharesOf, statusesOf } from './scenario-requests.ts';

/** The time of the memory sample, as a fraction of a measurement: near its end, before the load ends. */
const MEMORY_AT = 0.75;

/**
 * Measures an entrant with each number of connections of a block, with its own start and database.
 *
 * @param keep Receives each measurement immediately, also void ones.
 * @returns The start-up time in milliseconds; undefined if it did not start.
 */
export async function measureClosed(
  block: Block,
  entrant: Entrant,
  peer: Peer,
  conditions: Conditions,
  keep: (round: ClosedRound) => void,
): Promise<number | undefined> {
  let startUp: number | undefined;
  let measured = 0;
  try {
    await withSession(peer, block.scenario, conditions, async (session) => {
      startUp = session.startUp;
      for (const connections of block.connections) {
        const seen = await measure(session, block, connections, conditions);
        keep({ ...roundOf(block, entrant, connections), ...seen });
        measured++;
      }
    });
  } catch (error) {
    conditions.signal.throwIfAborted();
    const problem = error instanceof Error ? error.message : String(error);
    for (const connections of block.connections.slice(measured)) {
      keep(voidRound(block, entrant, connections, problem));
    }
  }
  return startUp;
}

async function measure(session: Session, block: Block, connections: number, conditions: Conditions) {
  const { base, pid, databaseUrl } = session;
  const { database, generator, options, folder, signal } = conditions;
  const { scenario, round } = block;
  const { loaded } = database;
  const { seconds } = options;
  await becomeIdle(databaseUrl, signal);
  await restore(databaseUrl, loaded);

  // Depends on the scenario and the round, not on the peer: all get the same requests.
  const seed = deriveSeed(options.seed, 'requests', scenario, round, connections);
  const load = {
    base,
    requests: sharesOf(scenario, loaded, session.nextPhase()),
    statuses: statusesOf(scenario),
    connections,
    seconds,
    folder,
    seed,
    signal,
  };
  const looks = requestSource(scenario, loaded, session.nextPhase(), randomNumbers(seed));
  const times = () => [processTreeTime(pid), processTreeTime(database.pid)] as const;

  const [serverBefore, postgresBefore] = times();
  const [{ result, sample, serverAfter, postgresAfter }, pssBytes] = await Promise.all([
    whileSampling(base, looks, () => generator.run(load)).then((seen) => {
      const [serverAfter, postgresAfter] = times();
      return { ...seen, serverAfter, postgresAfter };
    }),
    delay(seconds * 1000 * MEMORY_AT, undefined, { signal }).then(() => pssOfTree(pid)),
  ]);

  const { requests } = result;
  const created = scenario === 'create' ? await countCreated(databaseUrl, loaded) : undefined;
  const problems = [
    ...session.problems,
    ...problemsOf({ load: result, sample, pssBytes, connections, created }),
  ];
  return {
    requests,
    seconds: result.seconds,
    requestsPerSecond: requests / result.seconds,
    serverMicros: requests === 0 ? 0 : (serverAfter - serverBefore) / requests,
    postgresMicros: requests === 0 ? 0 : (postgresAfter - postgresBefore) / requests,
    pssBytes,
    problems,
  };
}

function roundOf({ scenario, round }: Block, { peer, role }: Entrant, connections: number) {
  return { peer, role, scenario, connections, round };
}

function voidRound(block: Block, entrant: Entrant, connections: number, problem: string): ClosedRound {
  return {
    ...roundOf(block, entrant, connections),
    requests: 0,
    seconds: 0,
    requestsPerSecond: 0,
    serverMicros: 0,
    postgresMicros: 0,
    pssBytes: 0,
    problems: [problem],
  };
}

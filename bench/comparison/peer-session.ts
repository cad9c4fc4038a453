import { join } from 'node:path';
import { runConformance } from '../conformance/run.ts';
import type { Peer } from '../lib/peer-manifest.ts';
import { startPeer } from '../lib/peer-process.ts';
import type { ScenarioName } from '../lib/results.ts';
import { type Conditions, POOL_MAX, WARM_UP_CONNECTIONS } from './conditions.ts';
import { restore } from './database-state.ts';
import { deriveSeed } from './derived-seed.ts';
import { sharesOf, statusesOf } from './scenario-requests.ts';

/** A started and warmed-up peer with its own database. */
export interface Session {
  base: string;
  pid: number;
  databaseUrl: string;
  /** The number of the load on the database; unique numbers differ between phases. */
  nextPhase(): number;
  /** The time from the start of the process to the first successful response, in milliseconds. */
  startUp: number;
  /** The reasons why all measurements of this start are void. */
  problems: string[];
}

/** The number of random conformance checks before the measurements of each start. */
const SAMPLE = 4;

/**
 * Starts a peer on a new copy of the loaded database, checks a sample of its responses, warms it up, measures it, and
 * stops it.
 *
 * @throws {Error} if it does not start.
 */
export async function withSession<Result>(
  peer: Peer,
  scenario: ScenarioName,
  conditions: Conditions,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { database, folder, signal, options } = conditions;
  const databaseUrl = await database.copy();
  const server = await startPeer(peer, {
    databaseUrl,
    logFile: join(folder, 'peer.log'),
    workers: options.workers,
    poolMax: POOL_MAX,
    signal,
  });
  let phases = 0;
  const session: Session = { ...server, databaseUrl, nextPhase: () => phases++, problems: [] };
  try {
    session.problems.push(...(await checkSample(session, signal)));
    session.problems.push(...(await warmUp(session, scenario, conditions)));
    return await use(session);
  } finally {
    await server.stop();
  }
}

async function checkSample({ base, databaseUrl }: Session, signal: AbortSignal): Promise<string[]> {
  const { failures } = await runConformance(base, databaseUrl, { sample: SAMPLE, poolMax: POOL_MAX, signal });
  return failures.map(({ check, what }) => `conformance: ${check}: ${what}`);
}

async function warmUp(session: Session, scenario: ScenarioName, conditions: Conditions): Promise<string[]> {
  const { database, generator, options, folder, signal } = conditions;
  await restore(session.databaseUrl, database.loaded);
  const { problems } = await generator.run({
    base: session.base,
    requests: sharesOf(scenario, database.loaded, session.nextPhase()),
    statuses: statusesOf(scenario),
    connections: WARM_UP_CONNECTIONS,
    seconds: options.warmUpSeconds,
    folder,
    seed: deriveSeed(options.seed, 'warm-up', scenario),
    signal,
  });
  return problems.map((problem) => `warm-up: ${problem}`);
}

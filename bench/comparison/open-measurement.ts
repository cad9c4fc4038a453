import type { Peer } from '../lib/peer-manifest.ts';
import type { OpenRound } from '../lib/results.ts';
import type { Conditions } from './conditions.ts';
import { becomeIdle, restore } from './database-state.ts';
import { deriveSeed } from './derived-seed.ts';
import { runGenerator } from './open-loop/generator-process.ts';
import { withSession } from './peer-session.ts';
import type { Block, Entrant } from './plan.ts';

/** The duration of the scheduled warm-up, in seconds. */
export const OPEN_WARM_UP = 1;

/** The duration of an open measurement, longer than a closed one: the tail needs many requests. */
export const openSeconds = (seconds: number): number => Math.round(2.5 * seconds);

/** Measures the latency of an entrant at a common rate, with its own start and database. */
export async function measureOpen(
  { scenario, round }: Block,
  entrant: Entrant,
  peer: Peer,
  rate: number,
  conditions: Conditions,
): Promise<{ round: OpenRound; startUp: number | undefined }> {
  const { database, options, signal } = conditions;
  const place = { ...entrant, scenario, round };
  try {
    return await withSession(peer, scenario, conditions, async (session) => {
      await becomeIdle(session.databaseUrl, signal);
      await restore(session.databaseUrl, database.loaded);
      const result = await runGenerator(
        {
          base: session.base,
          scenario,
          loaded: database.loaded,
          phase: session.nextPhase(),
          rate,
          seconds: openSeconds(options.seconds),
          warmUpSeconds: OPEN_WARM_UP,
          // Depends on the scenario and the round, not on the peer: all get the same requests at the same times.
          seed: deriveSeed(options.seed, 'arrivals', scenario, round),
        },
        signal,
      );
      const problems = [...session.problems, ...result.problems];
      return { round: { ...place, ...result, problems }, startUp: session.startUp };
    });
  } catch (error) {
    signal.throwIfAborted();
    const problem = error instanceof Error ? error.message : String(error);
    return { round: { ...place, ...nothing(rate), problems: [problem] }, startUp: undefined };
  }
}

function nothing(rate: number) {
  return {
    rate,
    achieved: 0,
    seconds: 0,
    latency: { p50: 0, p90: 0, p99: 0, p999: 0, max: 0 },
    histogram: '',
    lag: { p99: 0, max: 0 },
  };
}

import { startServer } from '../../../scripts/server-process.ts';
import { staticServer } from '../../lib/machine.ts';
import { runGenerator } from './generator-process.ts';
import { LAG_BOUND } from './open-load.ts';

/** Requests a second, from the highest that is of use down to where there is nothing left to measure. */
const RATES = [16_000, 12_000, 8_000, 6_000, 4_000, 3_000, 2_000, 1_000, 500];

/** The rate that is left where the generator is late even at the lowest. */
export const LOWEST_RATE = 500;

const nothing = { from: 1, to: 1 };

/**
 * Finds out how many requests a second the open-loop generator sends on time, and hears the answers of, on this
 * machine: against a bare `node:http` server.
 *
 * @returns Undefined where it is late even at the lowest rate.
 */
export async function findCapacity(
  folder: string,
  seed: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const server = await startServer(staticServer, {}, folder, signal);
  try {
    for (const rate of RATES) {
      const { achieved, lag, problems } = await runGenerator(
        {
          base: server.base,
          scenario: 'health',
          loaded: { songs: nothing, tasks: nothing, artists: nothing },
          phase: 0,
          rate,
          seconds: 1,
          warmUpSeconds: 1,
          seed,
        },
        signal,
      );
      // The arrivals are random: so many come in one second, more or less.
      const isAchieved = achieved > rate - 4 * Math.sqrt(rate);
      if (isAchieved && lag.p99 <= LAG_BOUND / 2 && problems.length === 0) return rate;
    }
    return undefined;
  } finally {
    await server.stop();
  }
}

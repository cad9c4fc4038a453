import { startServer } from '../../../scripts/server-process.ts';
import { staticServer } from '../../lib/machine.ts';
import { runGenerator } from './generator-process.ts';
import { LAG_BOUND } from './open-load.ts';

/** The tried rates, in requests per second, from the highest useful one downwards. */
const RATES = [16_000, 12_000, 8_000, 6_000, 4_000, 3_000, 2_000, 1_000, 500];

/** The fallback rate if the generator is late even at the lowest one. */
export const LOWEST_RATE = 500;

const nothing = { from: 1, to: 1 };

/**
 * Measures how many requests per second the open-loop generator handles on time on this machine, against a bare
 * `node:http` server.
 *
 * @returns Undefined if it is late even at the lowest rate.
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
      // The arrivals are random: the actual rate varies.
      const isAchieved = achieved > rate - 4 * Math.sqrt(rate);
      if (isAchieved && lag.p99 <= LAG_BOUND / 2 && problems.length === 0) return rate;
    }
    return undefined;
  } finally {
    await server.stop();
  }
}

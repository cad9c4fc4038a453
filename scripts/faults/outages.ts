// Short outages of the service or its database while clients write.
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerProcess } from '../server-process.ts';
import { Ledger } from './ledger.ts';
import { query, type Setup, startService, tasksIn } from './setup.ts';

const WRITERS = 16;
/** The pause before a fault, in milliseconds: a random part of it. */
const PAUSE = 400;
/** The pause before the end of a connection, which clients hardly notice. */
const SHORT_PAUSE = 40;
/** The duration of a hang, in milliseconds. */
const HANG = 2_000;

/** kill -9 of the service. */
export const kills = (setup: Setup) =>
  suffer(setup, 'kill -9 of the service', setup.number('kills'), PAUSE, async (service) => {
    process.kill(service.pid, 'SIGKILL');
    await service.stop();
    return startService(setup);
  });

/** The server ends a connection of the service. */
export const terminations = (setup: Setup) =>
  suffer(
    setup,
    'a connection ended by the server',
    setup.number('terminations'),
    SHORT_PAUSE,
    async (service) => {
      await query(
        setup.postgres.url,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'setlist' ORDER BY random() LIMIT 1`,
      );
      return service;
    },
  );

/** The server ends without a checkpoint, and recovers. */
export const crashes = (setup: Setup) =>
  suffer(setup, 'crash of the server', setup.number('crashes'), PAUSE, async (service) => {
    await setup.postgres.crash();
    return service;
  });

/** All processes of the server stop, and continue. */
export const hangs = (setup: Setup) =>
  suffer(setup, `the server hangs for ${HANG / 1000} s`, setup.number('hangs'), PAUSE, async (service) => {
    setup.postgres.freeze();
    await delay(HANG);
    setup.postgres.thaw();
    return service;
  });

/** Causes a fault many times while clients write, and prints a row. The cause returns the service, which may be a new one. */
async function suffer(
  setup: Setup,
  name: string,
  count: number,
  pause: number,
  cause: (service: ServerProcess) => Promise<ServerProcess>,
): Promise<void> {
  if (count === 0) return;
  let service = await startService(setup);
  const ledger = new Ledger(() => service.base);
  let isRunning = true;
  const writers = Array.from({ length: WRITERS }, () => ledger.write(() => isRunning));
  for (let fault = 0; fault < count; fault++) {
    await delay(pause * (0.5 + Math.random() / 2));
    service = await cause(service);
  }
  await delay(1_000);
  isRunning = false;
  await Promise.all(writers);
  await service.stop();
  const exit = await service.exited;
  const { lost, twice } = ledger.compare(await tasksIn(setup.postgres.url));
  const outage = `${(ledger.longestOutage / 1000).toFixed(1)} s`;
  setup.report.row(
    ['fault', 'number', 'acknowledged', 'lost', 'twice', 'statuses', 'longest outage', 'exit code'],
    [name, count, ledger.acknowledged, lost, twice, ledger.statuses, outage, exit],
    lost + twice === 0 && ledger.isExpected && exit === 0,
  );
}

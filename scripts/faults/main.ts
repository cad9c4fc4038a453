// Writes and reads while the service, its database, its clients or its machine fail, on temporary PostgreSQL servers, and compares
// all acknowledged writes with the database afterwards:
//   npm run test:faults                          all drills but the soak
//   npm run test:faults -- kills hangs           some drills
//   npm run test:faults -- --kills 200 --terminations 1000 --crashes 50 --hangs 10 --keys 10000 --repeats 100 --soak 0
//   npm run test:faults -- soak --minutes 60 --rate 100
// The numbers above are the defaults. The rate is the number of requests per second of the soak; --soak 60 adds a soak of 60 minutes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startThrowawayPostgres } from '../throwaway-postgres.mjs';
import { blackHole } from './black-hole.ts';
import { crowd } from './crowd.ts';
import { diskFull } from './disk-full.ts';
import { keys } from './keys.ts';
import { crashes, hangs, kills, terminations } from './outages.ts';
import { overload } from './overload.ts';
import { Report } from './report.ts';
import type { Setup } from './setup.ts';
import { slowClients } from './slow-clients.ts';
import { soak } from './soak.ts';
import { stalledLog } from './stalled-log.ts';

const DRILLS: Readonly<Record<string, (setup: Setup) => Promise<void>>> = {
  kills,
  terminations,
  crashes,
  hangs,
  keys,
  crowd,
  'black-hole': blackHole,
  'disk-full': diskFull,
  'stalled-log': stalledLog,
  overload,
  'slow-clients': slowClients,
  soak,
};
const DEFAULTS = {
  kills: '200',
  terminations: '1000',
  crashes: '50',
  hangs: '10',
  keys: '10000',
  repeats: '100',
  holes: '2',
  fills: '5',
  minutes: '60',
  rate: '100',
  soak: '0',
};

const options = Object.fromEntries(
  Object.entries(DEFAULTS).map(([name, value]) => [name, { type: 'string' as const, default: value }]),
);
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const given: Record<string, string | boolean | undefined> = values;
const isSoaked = Number(given.soak) > 0;
const names =
  positionals.length > 0 ? positionals : Object.keys(DRILLS).filter((name) => name !== 'soak' || isSoaked);
const unknown = names.find((name) => !Object.hasOwn(DRILLS, name));
if (unknown) throw new Error(`${unknown} is not a drill; the drills are ${Object.keys(DRILLS).join(', ')}.`);

const setup: Setup = {
  folder: mkdtempSync(join(tmpdir(), 'setlist-faults-')),
  postgres: await startThrowawayPostgres(),
  report: new Report(),
  services: [],
  number: (name) => Number(given[name === 'minutes' && isSoaked ? 'soak' : name]),
};
try {
  for (const name of names) {
    try {
      await DRILLS[name]?.(setup);
    } catch (error) {
      console.error(error);
      setup.report.measured(name, 'ended early', String(error), false);
    }
  }
} finally {
  for (const service of setup.services) await service.stop().catch(() => {});
  await setup.postgres.stop();
  rmSync(setup.folder, { recursive: true, force: true });
}
const { failed } = setup.report;
console.log(
  `\n# ${failed === 0 ? 'all drills are as required' : `${failed} measurements are not as required`}`,
);
process.exitCode = failed === 0 ? 0 : 1;

// The file system of the database is full while clients write.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerProcess } from '../server-process.ts';
import { startThrowawayPostgres } from '../throwaway-postgres.mjs';
import { Ledger } from './ledger.ts';
import { Statuses } from './report.ts';
import { compare, query, type Setup, startService, stopService, tasksIn, timed } from './setup.ts';

const WRITERS = 16;
/** The time that the file system stays full, in milliseconds. */
const FULL = 8_000;
/** The maximum time until a write succeeds after space is free again. */
const MAX_RECOVERY = 15_000;

/** A small file system in memory. */
class SmallDisk {
  readonly folder: string;
  readonly #ballast: string;

  /** @throws {Error} if this process may not mount. */
  constructor(megabytes: number) {
    this.folder = mkdtempSync(join(tmpdir(), 'setlist-disk-'));
    this.#ballast = join(this.folder, 'ballast');
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=1777`, 'tmpfs', this.folder], {
      stdio: 'pipe',
    });
  }

  /** Uses all of its space. */
  fill(): void {
    const file = openSync(this.#ballast, 'a');
    try {
      for (const size of [2 ** 20, 2 ** 12]) while (writes(file, size));
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.folder]);
    rmdirSync(this.folder);
  }
}

function writes(file: number, size: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(size)) > 0;
  } catch {
    return false;
  }
}

/** Fills the file systems of a server and of the embedded database. */
export async function diskFull(setup: Setup): Promise<void> {
  for (const [megabytes, drill] of [
    [224, serverDisk],
    [288, embeddedDisk],
  ] as const) {
    let disk: SmallDisk;
    try {
      disk = new SmallDisk(megabytes);
    } catch {
      setup.report.measured('disk full', 'not measured', 'a file system cannot be mounted here');
      return;
    }
    try {
      await drill(setup, disk);
    } finally {
      disk.unmount();
    }
  }
}

async function serverDisk(setup: Setup, disk: SmallDisk): Promise<void> {
  const name = 'disk of the server full';
  const postgres = await startThrowawayPostgres({ parent: disk.folder });
  try {
    const service = await startService(setup, { DATABASE_URL: postgres.url });
    let starts = 0;
    // Every other time, the server also needs space for its log, and stops.
    const exhaustLog = (round: number) =>
      round % 2 === 0 ? undefined : query(postgres.url, 'SELECT pg_switch_wal()').catch(() => {});
    const repair = async () => {
      const isAlive = await query(postgres.url, 'SELECT 1').then(
        () => true,
        () => false,
      );
      if (isAlive) return;
      starts++;
      await postgres.crash();
    };
    const ledger = await suffer(setup, name, disk, service, { worsen: exhaustLog, repair });
    setup.report.measured(name, 'starts of the server by hand', starts);
    compare(setup, name, ledger, await tasksIn(postgres.url));
    await stopService(setup, name, service);
  } finally {
    await postgres.stop();
  }
}

async function embeddedDisk(setup: Setup, disk: SmallDisk): Promise<void> {
  const name = 'disk of DATA_DIR full';
  const environment = { DATA_DIR: join(disk.folder, 'data') };
  mkdirSync(environment.DATA_DIR);
  const startOnFull = async (what: string, isAllowed: boolean) => {
    disk.fill();
    const outcome = await startService(setup, environment).then(
      (service) => service.stop().then(() => 'it starts'),
      (error: Error) => error.message.trim().split('\n').at(-1) ?? '',
    );
    disk.free();
    setup.report.measured(
      name,
      what,
      outcome,
      /^DATA_DIR .*(full|space)/.test(outcome) || (isAllowed && outcome === 'it starts'),
    );
  };
  await startOnFull('a start without a database', false);
  let service = await startService(setup, environment);
  const ledger = await suffer(setup, name, disk, service);
  await stopService(setup, name, service);
  await startOnFull('a start with a database', true);
  service = await startService(setup, environment);
  const exported = await fetch(`${service.base}/tasks/export`, {
    headers: { accept: 'application/x-ndjson' },
  });
  const lines = (await exported.text()).trim().split('\n');
  compare(
    setup,
    name,
    ledger,
    lines.map((line) => JSON.parse(line)),
  );
  await stopService(setup, name, service);
}

/**
 * Fills the disk again and again while clients write and read.
 *
 * @param worsen Runs after the disk is full.
 * @param repair Runs after space is free again.
 */
async function suffer(
  setup: Setup,
  name: string,
  disk: SmallDisk,
  service: ServerProcess,
  { worsen, repair }: { worsen?: (round: number) => unknown; repair?: () => Promise<void> } = {},
): Promise<Ledger> {
  const { report } = setup;
  const count = setup.number('fills');
  const ledger = new Ledger(() => service.base);
  const reads = new Statuses();
  const probes = new Statuses();
  let effective = 0;
  let longest = 0;
  let isRunning = true;
  const writers = Array.from({ length: WRITERS }, () => ledger.write(() => isRunning));
  for (let round = 0; round < count; round++) {
    await delay(2_000);
    const before = ledger.statuses.count(503);
    disk.fill();
    const end = performance.now() + FULL;
    await worsen?.(round);
    while (performance.now() < end) {
      reads.add((await timed(service.base, '/songs/1')).status);
      probes.add((await timed(service.base, '/health')).status);
      await delay(20);
    }
    if (ledger.statuses.count(503) > before) effective++;
    disk.free();
    const freed = performance.now();
    await repair?.();
    const known = ledger.created.size;
    while (ledger.created.size === known) await delay(10);
    longest = Math.max(longest, performance.now() - freed);
  }
  isRunning = false;
  await Promise.all(writers);
  const seconds = `${(longest / 1000).toFixed(1)} s`;
  report.measured(
    name,
    'times that it was full, with refused writes',
    `${count}, ${effective}`,
    effective === count,
  );
  report.measured(
    name,
    'statuses of reads meanwhile',
    reads,
    reads.areAmong([200, 503]) && reads.count(200) > 0,
  );
  report.measured(name, 'statuses of /health meanwhile', probes, probes.areAmong([200]));
  report.measured(name, 'first write after space is free', seconds, longest <= MAX_RECOVERY);
  return ledger;
}

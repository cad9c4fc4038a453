import { cp, mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.ts';
import { packageRoot } from '../../src/package.ts';
import type { Seen, SongLoad } from './song-load.ts';

const EXAMPLE = join(packageRoot, 'examples', 'schema-change');
/** The time of load after each step, in milliseconds. */
const AFTER = 1_500;
/** The duration of a transaction that has read songs, such as a report, in milliseconds: longer than the deadline of requests. */
const LONG_TRANSACTION = 7_000;
/** These steps need a lock that the long transaction does not allow. */
const BEHIND_TRANSACTION = ['901', '908'];

/** What happened during one step. */
export interface Step extends Seen {
  name: string;
  /** Of the migration, in milliseconds. */
  duration: number;
  /** Whether it gave up a lock at least once, and tried again. */
  hasRetried: boolean;
}

/** Runs the example's migrations one by one, through the runner of the service, under load. */
export async function expandAndContract(
  url: string,
  load: SongLoad,
  folder: string,
  onStep: (step: Step) => void,
): Promise<void> {
  const migrations = await mkdtemp(join(folder, 'migrations-'));
  await cp(join(packageRoot, 'migrations'), migrations, { recursive: true });
  for (const name of (await readdir(EXAMPLE)).sort()) {
    await cp(join(EXAMPLE, name), join(migrations, name));
    const isBlocked = BEHIND_TRANSACTION.some((number) => name.startsWith(number));
    const transaction = isBlocked ? await longTransaction(url) : undefined;
    onStep(await observed(name, load, (onRetry) => migrateOnce(url, migrations, onRetry)));
    await transaction?.ended;
  }
}

async function migrateOnce(url: string, folder: string, onRetry: () => void): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // Its only line of this level is about a lock.
    await migrate(client, folder, { log: { info: onRetry, warn: () => {} } });
  } finally {
    await client.end();
  }
}

/** Each of these changes makes requests fail; the drill must notice it. */
export const BAD_CHANGES = [
  {
    name: 'ALTER TABLE without lock_timeout, behind a long transaction',
    isBehindTransaction: true,
    sql: 'ALTER TABLE songs ADD COLUMN bad text',
    undo: 'ALTER TABLE songs DROP COLUMN bad',
  },
  {
    name: 'a required column before its default',
    isBehindTransaction: false,
    sql: 'ALTER TABLE songs ADD COLUMN bad text; ALTER TABLE songs ADD CHECK (bad IS NOT NULL) NOT VALID',
    undo: 'ALTER TABLE songs DROP COLUMN bad',
  },
] as const;

/** Runs a bad change without the runner, and takes it back. */
export async function change(
  url: string,
  load: SongLoad,
  { name, isBehindTransaction, sql, undo }: (typeof BAD_CHANGES)[number],
): Promise<Step> {
  const transaction = isBehindTransaction ? await longTransaction(url) : undefined;
  const step = await observed(name, load, () => execute(url, sql));
  await transaction?.ended;
  await execute(url, undo);
  await delay(AFTER);
  await load.take();
  return step;
}

async function observed(
  name: string,
  load: SongLoad,
  run: (onRetry: () => void) => Promise<void>,
): Promise<Step> {
  await load.take();
  let hasRetried = false;
  const start = performance.now();
  await run(() => {
    hasRetried = true;
  });
  const duration = performance.now() - start;
  await delay(AFTER);
  return { name, duration, hasRetried, ...(await load.take()) };
}

/** Reads songs in a transaction, and returns a promise of its end once it has read them. */
async function longTransaction(connectionString: string): Promise<{ ended: Promise<void> }> {
  const client = new pg.Client({ connectionString });
  // The drill may end before.
  client.on('error', () => {});
  await client.connect();
  await client.query('BEGIN; SELECT FROM songs LIMIT 1');
  const end = async () => {
    await delay(LONG_TRANSACTION);
    await client.end();
  };
  return { ended: end() };
}

/** Runs statements on a connection of their own. */
export async function execute(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(sql);
  await client.end();
}

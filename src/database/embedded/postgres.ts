import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { FastifyBaseLogger } from 'fastify';
import type { PoolConfig } from 'pg';
import { ConfigError } from '../../config-error.ts';
import { checkDatabase, openDataFolder, unopenable } from './data-folder.ts';
import { MAX_SOCKET_PATH } from './lock.ts';
import type { WorkerData, WorkerMessage } from './worker.ts';

/** The name of the socket that clients use for port 5432. */
const SOCKET_NAME = '.s.PGSQL.5432';
/** The delay before a restart in milliseconds; it doubles after each failed start. */
const RESTART_DELAY = 500;
const LONGEST_RESTART_DELAY = 5_000;
/** The maximum silence of a thread in seconds: while it starts (it may recover a large log), and during shutdown. */
const START = 600;
const STOP = 5;

/** A PostgreSQL that runs in a thread of this process. */
export interface EmbeddedPostgres {
  /** For a pool with one client: there is one session, and a new connection ends the previous one. */
  connection: PoolConfig;
  /** Announces shutdown: from now on, a thread that hangs is terminated after seconds. */
  prepareToStop(): void;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The folder of the database, created if missing; `memory://` for a database in memory. */
  dataDir: string;
  /** Whether a commit waits for the disk, so that it survives a power failure. */
  fsync: boolean;
  /** Prepares the database after a restart: a database in memory is empty. */
  onRestart(): Promise<unknown>;
}

/**
 * Starts the embedded PostgreSQL (PGlite) and serves it on a socket that only this user can access. A thread that exits
 * or hangs is replaced.
 *
 * @throws {ConfigError} if the folder cannot be used, another process uses it, or its database is incomplete.
 */
export async function startEmbeddedPostgres(
  { dataDir, fsync, onRestart }: EmbeddedOptions,
  log: FastifyBaseLogger,
): Promise<EmbeddedPostgres> {
  const home = dataDir.startsWith('memory://') ? undefined : await openDataFolder(dataDir, fsync);
  const data: WorkerData = { folder: home?.database, fsync, socketPath: '' };
  let sockets: string | undefined;
  const stopping = new AbortController();
  const stopAnnounced = once(stopping.signal, 'abort');
  let thread: Worker | undefined;
  let restarting: Promise<void> | undefined;

  const limit = () => (stopping.signal.aborted ? STOP : Number.POSITIVE_INFINITY);
  const run = async (): Promise<Worker> => {
    const started = await startThread(data, limit, log);
    thread = started;
    started.on('error', (error) => log.error({ err: error }, 'The embedded PostgreSQL failed'));
    started.once('exit', () => {
      thread = undefined;
      restarting ??= restart().finally(() => {
        restarting = undefined;
      });
    });
    return started;
  };
  const restart = async (): Promise<void> => {
    for (
      let pause = RESTART_DELAY;
      !stopping.signal.aborted && !thread;
      pause = Math.min(pause * 2, LONGEST_RESTART_DELAY)
    ) {
      log.error('The embedded PostgreSQL has stopped; restarting it');
      await Promise.race([delay(pause), stopAnnounced]);
      if (stopping.signal.aborted) return;
      try {
        // A restart never creates a new database.
        if (home && !(await checkDatabase(home.database)))
          throw new Error(`${home.database} no longer exists`);
        const started = await run();
        const prepared = onRestart().catch((error) => started.terminate().then(() => Promise.reject(error)));
        // Shutdown does not wait for the preparation: an ended pool never provides its connection.
        await Promise.race([prepared, stopAnnounced]);
      } catch (error) {
        log.error({ err: error }, 'The embedded PostgreSQL failed to start');
      }
    }
  };
  const cleanUp = async () => {
    if (sockets !== undefined && sockets !== home?.folder)
      await rm(sockets, { recursive: true, force: true });
    await home?.lock.release();
  };
  const prepareToStop = () => stopping.abort();

  try {
    sockets = home && fits(home.folder) ? home.folder : await socketFolder();
    data.socketPath = join(sockets, SOCKET_NAME);
    if (home && !(await checkDatabase(home.database))) {
      log.info(`Creating a database in ${home.folder}; the first start takes a few seconds`);
    }
    await run();
  } catch (error) {
    await cleanUp();
    throw home && !(error instanceof ConfigError) ? unopenable(home.database, error) : error;
  }
  return {
    // All are set: otherwise the driver would read variables such as PGPORT, which describe another server.
    connection: {
      host: sockets,
      port: 5432,
      ssl: false,
      user: 'postgres',
      database: 'postgres',
      password: '',
      options: '',
    },
    prepareToStop,
    stop: async () => {
      prepareToStop();
      await restarting;
      const running = thread;
      if (running) {
        // Unlike events.once(), this does not reject if the thread fails.
        const exited = new Promise((resolve) => running.once('exit', resolve));
        running.postMessage('stop');
        await exited;
      }
      await cleanUp();
    },
  };
}

const fits = (folder: string) => Buffer.byteLength(join(folder, SOCKET_NAME)) <= MAX_SOCKET_PATH;

/** Creates a folder for the socket that only this user can access. */
async function socketFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'setlist-'));
  } catch (cause) {
    const problem = `${tmpdir()} cannot be written, but the socket of the embedded database needs it.`;
    throw new ConfigError('TMPDIR', problem, { cause });
  }
}

/**
 * Starts the thread and waits until it is ready. A thread that is silent for longer than it announced is terminated.
 *
 * @param limit The maximum silence in seconds, regardless of the announcement.
 */
async function startThread(
  workerData: WorkerData,
  limit: () => number,
  log: FastifyBaseLogger,
): Promise<Worker> {
  const worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url), { workerData });
  let silent = 0;
  let announced = START;
  worker.on('message', ({ silence, warning }: WorkerMessage) => {
    silent = 0;
    announced = silence;
    if (warning) log.warn({ err: warning }, 'The maintenance of the embedded PostgreSQL failed');
  });
  // Counts ticks instead of time: the silence of a suspended process does not count.
  const clock = setInterval(() => {
    silent++;
    if (silent <= Math.min(announced, limit())) return;
    log.error(`The embedded PostgreSQL has not responded for ${silent} seconds; terminating it`);
    clearInterval(clock);
    void worker.terminate();
  }, 1_000).unref();
  worker.once('exit', () => clearInterval(clock));
  await Promise.race([
    once(worker, 'message'),
    once(worker, 'exit').then(() => Promise.reject(new Error('The thread ended before it was ready'))),
  ]);
  return worker;
}

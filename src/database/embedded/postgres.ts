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

/** The name that PostgreSQL's clients expect of a socket, given its folder and port 5432. */
const SOCKET_NAME = '.s.PGSQL.5432';
/** The delay before a thread is restarted, in milliseconds: longer after each start that fails. */
const RESTART_DELAY = 500;
const LONGEST_RESTART_DELAY = 5_000;
/** For how many seconds a thread may be silent: while it starts, which may recover a large log, and during a stop. */
const START = 600;
const STOP = 5;

/** A PostgreSQL that runs inside this process, in a thread of its own. */
export interface EmbeddedPostgres {
  /** How a pool reaches it. There is one session and each connection ends the one before, so a pool has one client. */
  connection: PoolConfig;
  /** Announces a stop: from now on a thread that hangs is ended after seconds, so that nothing waits for it. */
  prepareToStop(): void;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The folder that holds the files, made when it is not there; `memory://` keeps nothing. */
  dataDir: string;
  /** Whether a commit waits for the disk, so that it survives a power failure. */
  fsync: boolean;
  /** Prepares a database that was started again: one in memory is empty then. */
  onRestart(): Promise<unknown>;
}

/**
 * Starts the embedded PostgreSQL (PGlite) and serves it on a socket that only this user can reach. A thread that dies
 * or hangs is replaced.
 *
 * @throws {ConfigError} when the folder cannot be used, another process uses it, or it holds no whole database.
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
      log.error('The embedded PostgreSQL has stopped; starting it again');
      await Promise.race([delay(pause), stopAnnounced]);
      if (stopping.signal.aborted) return;
      try {
        // Never a new database in the place of one that was there.
        if (home && !(await checkDatabase(home.database))) throw new Error(`${home.database} is gone`);
        const started = await run();
        const prepared = onRestart().catch((error) => started.terminate().then(() => Promise.reject(error)));
        // A stop does not wait for it: its connection may never come from a pool that has ended.
        await Promise.race([prepared, stopAnnounced]);
      } catch (error) {
        log.error({ err: error }, 'The embedded PostgreSQL does not start');
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
      log.info(`Making a new database in ${home.folder}; this takes some seconds, once`);
    }
    await run();
  } catch (error) {
    await cleanUp();
    throw home && !(error instanceof ConfigError) ? unopenable(home.database, error) : error;
  }
  return {
    // Each of them is set: the driver would take the rest from variables such as PGPORT, which are about another server.
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
        // Unlike events.once(), it does not reject when the thread fails.
        const exited = new Promise((resolve) => running.once('exit', resolve));
        running.postMessage('stop');
        await exited;
      }
      await cleanUp();
    },
  };
}

const fits = (folder: string) => Buffer.byteLength(join(folder, SOCKET_NAME)) <= MAX_SOCKET_PATH;

/** Makes a folder for the socket that only this user can reach. */
async function socketFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'setlist-'));
  } catch (cause) {
    const problem = `${tmpdir()} cannot be written, where the socket of the embedded database has its place.`;
    throw new ConfigError('TMPDIR', problem, { cause });
  }
}

/**
 * Starts the thread and waits until it serves. It is ended whenever it is silent for longer than it announced.
 *
 * @param limit For how many seconds it may be silent at most, whatever it announced.
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
  // Ticks are counted, not time: a process that was suspended has not been waiting.
  const clock = setInterval(() => {
    silent++;
    if (silent <= Math.min(announced, limit())) return;
    log.error(`The embedded PostgreSQL has not responded for ${silent} seconds; ending it`);
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

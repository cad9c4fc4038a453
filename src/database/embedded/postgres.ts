import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { FastifyBaseLogger } from 'fastify';
import type { ClientBase, PoolConfig } from 'pg';
import { ConfigError } from '../../config.ts';
import { type FolderLock, lockFolder, MAX_SOCKET_PATH } from './lock.ts';
import type { WorkerData } from './worker.ts';

/** The name that PostgreSQL's clients expect of a socket, given its folder and port 5432. */
const SOCKET_NAME = '.s.PGSQL.5432';
const RESTART_DELAY = 500;

/** A PostgreSQL that runs inside this process, in a thread of its own. */
export interface EmbeddedPostgres {
  /** How a pool reaches it. All connections share one session, so the pool must have one client only. */
  connection: PoolConfig;
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL (PGlite) and serves it on a socket that only this user can reach. Should its
 * thread die, it is started again.
 *
 * @param dataDir The folder that holds the files, made when it is not there; `memory://` keeps nothing.
 * @throws {ConfigError} when the folder cannot be used or another process uses it.
 */
export async function startEmbeddedPostgres(
  dataDir: string,
  log: FastifyBaseLogger,
): Promise<EmbeddedPostgres> {
  const home = dataDir.startsWith('memory://') ? undefined : await openHome(resolve(dataDir), log);
  const sockets = home && fits(home.folder) ? home.folder : await mkdtemp(join(tmpdir(), 'setlist-'));
  const data: WorkerData = {
    dataDir: home?.database ?? 'memory://',
    socketPath: join(sockets, SOCKET_NAME),
  };
  let stopping = false;
  let worker: Worker | undefined;
  let restarting: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    const started = await startWorker(data);
    worker = started;
    started.on('error', (error) => log.error({ err: error }, 'The embedded PostgreSQL failed'));
    started.once('exit', () => {
      worker = undefined;
      restarting = restart();
    });
  };
  const restart = async (): Promise<void> => {
    while (!stopping && !worker) {
      log.error('The embedded PostgreSQL has stopped; starting it again');
      await delay(RESTART_DELAY);
      if (stopping) return;
      await run().catch((error) => log.error({ err: error }, 'The embedded PostgreSQL does not start'));
    }
  };
  const stop = async (): Promise<void> => {
    stopping = true;
    await restarting;
    if (worker) {
      const exited = once(worker, 'exit');
      worker.postMessage('stop');
      await exited;
    }
    if (sockets !== home?.folder) await rm(sockets, { recursive: true, force: true });
    await home?.lock.release();
  };

  try {
    await run();
  } catch (cause) {
    await home?.lock.release();
    throw new ConfigError('DATA_DIR', `${dataDir} does not hold a database that can be opened.`, { cause });
  }
  const connection = { host: sockets, user: 'postgres', database: 'postgres', onConnect: clearSession };
  return { connection, stop };
}

/** A new connection finds the session of the one before it, prepared statements included. */
const clearSession = async (client: ClientBase): Promise<void> => {
  await client.query('DISCARD ALL');
};

const fits = (folder: string) => Buffer.byteLength(join(folder, SOCKET_NAME)) <= MAX_SOCKET_PATH;

interface Home {
  folder: string;
  database: string;
  lock: FolderLock;
}

async function openHome(folder: string, log: FastifyBaseLogger): Promise<Home> {
  const database = join(folder, 'postgresql');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = await lockFolder(folder);
    if (!existsSync(database)) log.info(`Making a new database in ${folder}; this takes some seconds, once`);
    return { folder, database, lock };
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    throw new ConfigError('DATA_DIR', `${folder} cannot be written (${code}).`, { cause });
  }
}

async function startWorker(workerData: WorkerData): Promise<Worker> {
  const worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url), { workerData });
  await Promise.race([
    once(worker, 'message'),
    once(worker, 'exit').then(() => Promise.reject(new Error('The thread ended before it was ready'))),
  ]);
  return worker;
}

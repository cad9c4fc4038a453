import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, statSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Peer } from './peer-manifest.ts';
import { endTree, isAlive } from './processes.ts';

/** How long a step of the preparation, and a start, may take, in milliseconds. */
const PREPARE_DEADLINE = 20 * 60_000;
const START_DEADLINE = 10 * 60_000;

/** How long a peer may take to end after SIGTERM: far more than it needs, because a busy machine slows it down. */
const STOP_DEADLINE = 60_000;

/** Variables that a runtime may need to find itself; all others are kept from a peer. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TZ', 'JAVA_HOME'];

/** The programs that a peer needs and that are not on the `PATH`. */
export function missingPrograms({ toolchain }: Pick<Peer, 'toolchain'>): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return toolchain.filter((program) => !folders.some((folder) => isExecutable(join(folder, program))));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Installs and builds a peer, as its `prepare` says.
 *
 * @param logFile Gets what the commands write.
 * @throws {Error} with the end of that, when a command fails.
 */
export async function preparePeer(peer: Peer, logFile: string, signal?: AbortSignal): Promise<void> {
  for (const command of peer.prepare) {
    const log = await open(logFile, 'a');
    await log.write(`$ ${command.join(' ')}\n`);
    const { pid, exited } = launch(peer, command, { ...process.env }, log.fd);
    await log.close();
    const waiting = new AbortController();
    const giveUp = AbortSignal.any([waiting.signal, ...(signal ? [signal] : [])]);
    const outcome = await Promise.race([exited, endOf(PREPARE_DEADLINE, giveUp)]);
    waiting.abort();
    if (pid !== undefined && outcome !== 0) await endTree(pid, STOP_DEADLINE);
    signal?.throwIfAborted();
    if (outcome !== 0) {
      const reason = outcome === 'timeout' ? 'takes too long' : `ended with ${outcome}`;
      throw new Error(`${peer.name}: ${command.join(' ')} ${reason}:\n${await lastLines(logFile)}`);
    }
  }
}

export interface PeerOptions {
  databaseUrl: string;
  /** Gets what the peer writes. */
  logFile: string;
  /** Processes or threads that serve; 1 by default. */
  workers?: number;
  /** Connections to the database of all of them together; 10 by default. */
  poolMax?: number;
  /** How long it may take to end after SIGTERM, in milliseconds; a minute by default. */
  stopDeadline?: number;
  signal?: AbortSignal;
}

export interface PeerProcess {
  /** Where it listens, such as `http://127.0.0.1:41234`. */
  base: string;
  /** The process that was started: the root of its tree, and the leader of its group. */
  pid: number;
  /** From the start of the process to the first good answer to `GET /health`, in milliseconds. */
  startUp: number;
  /** Ends the whole tree. */
  stop(): Promise<{
    /** Whether it ran until SIGTERM, ended by itself in time and left no process behind. */
    inTime: boolean;
  }>;
}

/**
 * Starts a prepared peer on a free port and waits for its first good answer.
 *
 * @throws {Error} with the end of its output, when it ends or does not get ready.
 */
export async function startPeer(peer: Peer, options: PeerOptions): Promise<PeerProcess> {
  const { logFile, signal, workers = 1, poolMax = 10, stopDeadline = STOP_DEADLINE } = options;
  signal?.throwIfAborted();
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const log = await open(logFile, 'w');
  const began = performance.now();
  const { pid, exited } = launch(
    peer,
    peer.start,
    {
      ...Object.fromEntries(INHERITED.map((name) => [name, process.env[name]])),
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: options.databaseUrl,
      WORKERS: String(workers),
      POOL_MAX: String(poolMax),
      // Setlist's own names.
      DB_POOL_MAX: String(poolMax),
      MAX_TASKS: '0',
      ...peer.environment,
    },
    log.fd,
  );
  await log.close();
  let outcome: Exit | undefined;
  const watched = exited.then((exit) => {
    outcome = exit;
  });
  const stop = async () => {
    const running = pid !== undefined && isAlive(pid);
    const inTime = pid !== undefined && (await endTree(pid, stopDeadline));
    await watched;
    return { inTime: inTime && running };
  };
  while (outcome === undefined && !signal?.aborted && performance.now() - began < START_DEADLINE) {
    if (pid !== undefined && (await answers(base)))
      return { base, pid, startUp: performance.now() - began, stop };
    await delay(10);
  }
  const reason = outcome === undefined ? 'does not get ready' : `ended with ${outcome}`;
  await stop();
  signal?.throwIfAborted();
  throw new Error(`${peer.name}: ${peer.start.join(' ')} ${reason}:\n${await lastLines(logFile)}`);
}

/** An exit code, a signal, or why there was no process. */
type Exit = number | string;

/** Starts a command as the leader of a group of its own, so that all of it can be ended. */
function launch(
  { folder }: Peer,
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  output: number,
): { pid: number | undefined; exited: Promise<Exit> } {
  const child = spawn(program, args, {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', output, output],
  });
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'no exit code'));
  });
  return { pid: child.pid, exited };
}

async function endOf(milliseconds: number, signal: AbortSignal): Promise<'timeout'> {
  await delay(milliseconds, undefined, { ref: false, signal }).catch(() => {});
  return 'timeout';
}

async function answers(base: string): Promise<boolean> {
  try {
    const response = await fetch(`${base}/health`, { signal: AbortSignal.timeout(60_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-30).join('\n');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, statSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Peer } from './peer-manifest.ts';
import { endTree, isAlive } from './processes.ts';

/** The time limits of a preparation step and of a start, in milliseconds. */
const PREPARE_DEADLINE = 20 * 60_000;
const START_DEADLINE = 10 * 60_000;

/** The time limit of a shutdown after SIGTERM: long, because a busy machine is slow. */
const STOP_DEADLINE = 60_000;

/** Variables that a runtime may need to locate itself; a peer gets no others. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TZ', 'JAVA_HOME'];

/** The programs that a peer needs and the `PATH` does not contain. */
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
 * Installs and builds a peer with the commands of its `prepare`.
 *
 * @param logFile The file for the output of the commands.
 * @throws {Error} with the end of the output if a command fails.
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
      const reason = outcome === 'timeout' ? 'takes too long' : `exited with ${outcome}`;
      throw new Error(`${peer.name}: ${command.join(' ')} ${reason}:\n${await lastLines(logFile)}`);
    }
  }
}

export interface PeerOptions {
  databaseUrl: string;
  /** The file for the output of the peer. */
  logFile: string;
  /** The number of serving processes or threads; 1 by default. */
  workers?: number;
  /** The maximum number of connections of all of them together; 10 by default. */
  poolMax?: number;
  /** The time limit of its shutdown, in milliseconds; a minute by default. */
  stopDeadline?: number;
  signal?: AbortSignal;
}

export interface PeerProcess {
  /** Its base URL, such as `http://127.0.0.1:41234`. */
  base: string;
  /** The started process: the root of its tree, and the leader of its group. */
  pid: number;
  /** From the start of the process to the first successful response to `GET /health`, in milliseconds. */
  startUp: number;
  /** Stops the whole tree. */
  stop(): Promise<{
    /** Whether it ran until SIGTERM, and exited in time with all its processes. */
    inTime: boolean;
  }>;
}

/**
 * Starts a prepared peer on a free port, and waits for its first successful response.
 *
 * @throws {Error} with the end of its output if it exits or does not become ready.
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
      // The names of Setlist's settings.
      AUTH: 'off',
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
    if (pid !== undefined && (await isHealthy(base)))
      return { base, pid, startUp: performance.now() - began, stop };
    await delay(10);
  }
  const reason = outcome === undefined ? 'does not become ready' : `exited with ${outcome}`;
  await stop();
  signal?.throwIfAborted();
  throw new Error(`${peer.name}: ${peer.start.join(' ')} ${reason}:\n${await lastLines(logFile)}`);
}

/** An exit code, a signal, or the reason why no process started. */
type Exit = number | string;

/** Starts a command as the leader of a new process group, so that the whole group can be stopped. */
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

async function isHealthy(base: string): Promise<boolean> {
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
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}

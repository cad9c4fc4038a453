import { spawn } from 'node:child_process';
import { close, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { packageRoot } from '../src/package.ts';

/** The maximum time until a server listens, and until it has exited, in milliseconds. */
const START_DEADLINE = 60_000;
const STOP_DEADLINE = 20_000;

export interface ServerProcess {
  /** The base URL, such as `http://127.0.0.1:3000`. */
  base: string;
  pid: number;
  /** Its exit code; null if a signal ended it. */
  exited: Promise<number | null>;
  /** Stops the server, by force if necessary, and returns its output. */
  stop(): Promise<string>;
}

/** The script of the built service. */
export const setlist = join(packageRoot, 'dist', 'src', 'server.js');

/**
 * Starts a server with its output in a file, and waits until it listens. Its environment contains only the given
 * variables, and its folder no `.env` file.
 *
 * @param folder The folder of its output, until it has exited.
 */
export async function startServer(
  script: string,
  environment: Readonly<Record<string, string>>,
  folder: string,
  signal: AbortSignal,
): Promise<ServerProcess> {
  signal.throwIfAborted();
  const log = join(folder, 'server.log');
  const file = openSync(log, 'w');
  const child = spawn(process.execPath, [script], {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', AUTH: 'off', PORT: '0', ...environment },
    stdio: ['ignore', file, file],
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  await promisify(close)(file);

  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE);
    await exited;
    clearTimeout(timer);
    const output = await readFile(log, 'utf8');
    await rm(log);
    return output;
  };

  const deadline = Date.now() + START_DEADLINE;
  while (!signal.aborted && child.exitCode === null && Date.now() < deadline) {
    const base = /listens on (http:\/\/[^"\s]+)/.exec(await readFile(log, 'utf8'))?.[1];
    if (base && child.pid !== undefined) return { base, pid: child.pid, exited, stop };
    await delay(20);
  }
  const output = await stop();
  signal.throwIfAborted();
  throw new Error(`The server does not start:\n${output}`);
}

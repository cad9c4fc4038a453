import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';
import { ConfigError } from '../../config-error.ts';

/** What a socket's path may hold on every platform, in bytes. */
export const MAX_SOCKET_PATH = 100;

/** An exclusive hold on a folder, for as long as this process lives or until it is released. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Locks a folder by listening on a socket in it. The kernel ends that with the process, however the process
 * ends, so a lock that was left behind is told from a living one at once, without pids or waiting.
 *
 * @throws {ConfigError} when another process holds the lock.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = shorterPath(join(folder, 'lock.sock'));
  const server = createServer((socket) => socket.destroy());
  server.unref();
  if (!(await listens(server, path))) {
    await removeStale(path, folder);
    if (!(await listens(server, path))) throw inUse(folder);
  }
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function shorterPath(path: string): string {
  const local = relative(process.cwd(), path);
  const shorter = local.length < path.length ? local : path;
  if (Buffer.byteLength(shorter) > MAX_SOCKET_PATH) {
    throw new ConfigError('DATA_DIR', `is too long a path: ${path} has more than ${MAX_SOCKET_PATH} bytes.`);
  }
  return shorter;
}

const inUse = (folder: string) =>
  new ConfigError('DATA_DIR', `${folder} is in use by another running Setlist.`);

/** Whether the server could listen on the path; false when there is a socket already. */
function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error);
    server.once('error', onError);
    server.listen(path, () => {
      server.off('error', onError);
      resolve(true);
    });
  });
}

/**
 * Removes a socket that nobody listens on. It is moved aside first: should another process have taken its place
 * meanwhile, what was moved is not what was tried, and that process keeps the lock.
 */
async function removeStale(path: string, folder: string): Promise<void> {
  const tried = identity(path);
  if (await answers(path)) throw inUse(folder);
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    throw inUse(folder);
  }
  if (identity(aside) !== tried) {
    renameSync(aside, path);
    throw inUse(folder);
  }
  rmSync(aside);
}

/** Tells files apart, even where a file system gives the number of a removed one to the next. */
function identity(path: string): string {
  const { ino, mtimeNs } = statSync(path, { bigint: true });
  return `${ino} ${mtimeNs}`;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

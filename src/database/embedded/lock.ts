import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';
import { ConfigError } from '../../config-error.ts';

/** The maximum length of a socket path on all platforms, in bytes. */
export const MAX_SOCKET_PATH = 100;

/** An exclusive lock on a folder, held until it is released or the process ends. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Locks a folder by listening on a socket in it. The kernel closes the socket when the process ends, so a stale lock
 * is detected immediately, without process ids.
 *
 * @throws {ConfigError} if another process holds the lock.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = shorterPath(join(folder, 'lock.sock'));
  const server = createServer((socket) => socket.destroy());
  server.unref();
  if (!(await tryListen(server, path))) {
    await removeStale(path, folder);
    if (!(await tryListen(server, path))) throw inUse(folder);
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

/** Listens on the path; false if the socket already exists. */
function tryListen(server: Server, path: string): Promise<boolean> {
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
 * Removes a socket without a listener. It is renamed first: if another process has replaced it in between, the renamed
 * file is not the tested one, is moved back, and that process keeps the lock.
 */
async function removeStale(path: string, folder: string): Promise<void> {
  const tried = identity(path);
  if (await isListening(path)) throw inUse(folder);
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

/** Identifies a file, even if the file system reuses inode numbers. */
function identity(path: string): string {
  const { ino, mtimeNs } = statSync(path, { bigint: true });
  return `${ino} ${mtimeNs}`;
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

import { closeSync, fdatasyncSync, fsyncSync, openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

type PreRun = Awaited<ReturnType<NodeFS['init']>>['emscriptenOpts']['preRun'];

/** An open file or folder in Emscripten's NODEFS. */
interface Stream {
  /** The file descriptor in Node. */
  nfd: number;
  node: { mode: number };
}

/** The part of Emscripten's NODEFS that is extended here. */
interface NodeFiles {
  stream_ops: { fsync?: (stream: Stream) => number };
  /** Converts errors of Node to error numbers of PostgreSQL. */
  tryFSOperation(operation: () => void): void;
  convertNodeCode(error: Error & { code?: string }): number;
}

/**
 * The file system of the embedded database, with the `fsync` that Emscripten's NODEFS lacks: without it, `fsync` in
 * PostgreSQL has no effect. Folders use `fsync`, because `fdatasync` may omit the entries of a folder.
 */
export class DurableFiles extends NodeFS {
  /** The last system error other than ENOENT: Emscripten preserves only its number. */
  lastError: Error | undefined;

  override async init(...[database, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const addFsync: NonNullable<PreRun>[number] = ({ FS }) => {
      const files: NodeFiles = FS.filesystems.NODEFS;
      const { convertNodeCode } = files;
      files.convertNodeCode = (error) => {
        if (error.code !== 'ENOENT') this.lastError = error;
        return convertNodeCode(error);
      };
      files.stream_ops.fsync = ({ nfd, node }) => {
        files.tryFSOperation(() => (FS.isDir(node.mode) ? fsyncSync(nfd) : fdatasyncSync(nfd)));
        return 0;
      };
    };
    const { emscriptenOpts } = await super.init(database, options);
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), addFsync] } };
  }
}

/**
 * The parameters with which PGlite starts PostgreSQL.
 *
 * @param fsync Whether a commit waits for the disk. The method is `fsync`: `fdatasync` does not reach the file system.
 */
export function startParams(fsync: boolean): string[] {
  const defaults = PGlite.defaultStartParams.filter((param) => param !== '-F');
  const durability = fsync ? ['-c', 'fsync=on', '-c', 'wal_sync_method=fsync'] : ['-F'];
  // The size of the log that is retained for reuse after a checkpoint.
  return [...defaults, ...durability, '-c', 'min_wal_size=32MB', '-c', 'max_wal_size=64MB'];
}

/** Writes a folder and everything in it to the disk. */
export function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else syncPath(path);
  }
  syncPath(folder);
}

/** Errors when a folder is unreadable or its file system cannot sync folders. PostgreSQL also ignores them. */
const UNSYNCABLE = /EACCES|EISDIR|EBADF|EINVAL/;

/** Writes a file, or the entries of a folder, to the disk. */
export function syncPath(path: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    fsyncSync(descriptor);
  } catch (error) {
    if (!UNSYNCABLE.test(String(error)) || !statSync(path).isDirectory()) throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

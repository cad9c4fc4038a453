// The worst-case contents of a disk after a power failure: files and folders have the contents and entries of their last
// sync. As on ext4 and XFS, a synced file exists under its name.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import type { Test } from 'tap';

const { fsyncSync, fdatasyncSync, ftruncateSync, openSync, renameSync, truncateSync, unlinkSync, writeSync } =
  fs;

export interface Disk {
  /** The number of syncs of files and folders. */
  syncs(): number;
  /** Writes the files that would exist after a power failure now to a folder. */
  leave(folder: string): void;
}

/** A file, independent of its name. */
interface File {
  /** Its contents at the last sync; undefined if it was never synced. */
  synced: Buffer | undefined;
  /** The writes since then. */
  writes: { at: number; bytes: Buffer }[];
  isTruncated: boolean;
}

/** Records the writes of this thread below a folder until the end of the test. The initial contents count as synced. */
export function watchedDisk(t: Test, root: string): Disk {
  let syncs = 0;
  const open = new Map<number, { path: string; file: File }>();
  // The system reuses the inode number of a removed file.
  const files = new Map<number, File>();
  const folders = new Map<string, Map<string, File>>();

  const fileAt = (path: string): File => {
    const { ino } = fs.statSync(path);
    const file = files.get(ino) ?? { synced: undefined, writes: [], isTruncated: false };
    files.set(ino, file);
    return file;
  };
  const forget = (path: string) => {
    if (fs.existsSync(path)) files.delete(fs.statSync(path).ino);
  };
  const syncFolder = (folder: string) => {
    const entries = fs.readdirSync(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    folders.set(folder, new Map(names.map((name) => [name, fileAt(join(folder, name))])));
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !folders.has(path)) folders.set(path, new Map());
    }
  };
  const syncFile = (path: string, file: File) => {
    const size = fs.statSync(path).size;
    if (!file.synced || file.isTruncated) {
      file.synced = fs.readFileSync(path);
    } else {
      if (size > file.synced.length) file.synced = Buffer.concat([file.synced], size);
      for (const { at, bytes } of file.writes) bytes.copy(file.synced, at);
    }
    file.writes = [];
    file.isTruncated = false;
    const folder = folders.get(dirname(path)) ?? new Map<string, File>();
    for (const [name, other] of folder) if (other === file) folder.delete(name);
    folders.set(dirname(path), folder.set(basename(path), file));
  };
  const syncTree = (folder: string) => {
    syncFolder(folder);
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) syncTree(path);
      else syncFile(path, fileAt(path));
    }
  };
  const sync = (descriptor: number) => {
    syncs++;
    const opened = open.get(descriptor);
    if (!opened) return;
    if (fs.fstatSync(descriptor).isDirectory()) syncFolder(opened.path);
    else syncFile(opened.path, opened.file);
  };
  const patch = (functions: Partial<typeof fs>) => {
    Object.assign(fs, functions);
    syncBuiltinESMExports();
  };

  syncTree(root);
  patch({
    openSync: (path, ...rest) => {
      const descriptor = openSync(path, ...rest);
      const isWatched = !relative(root, String(path)).startsWith('..');
      // The system reuses the descriptor of a closed file.
      if (isWatched) open.set(descriptor, { path: String(path), file: fileAt(String(path)) });
      else open.delete(descriptor);
      return descriptor;
    },
    // The overload that PGlite uses.
    writeSync: ((descriptor: number, bytes: Uint8Array, offset: number, length: number, at: number) => {
      open
        .get(descriptor)
        ?.file.writes.push({ at, bytes: Buffer.from(bytes.slice(offset, offset + length)) });
      return writeSync(descriptor, bytes, offset, length, at);
    }) as typeof writeSync,
    ftruncateSync: (descriptor, length) => {
      const opened = open.get(descriptor);
      if (opened) opened.file.isTruncated = true;
      ftruncateSync(descriptor, length);
    },
    truncateSync: (path, length) => {
      fileAt(String(path)).isTruncated = true;
      truncateSync(path, length);
    },
    renameSync: (from, to) => {
      forget(String(to));
      renameSync(from, to);
    },
    unlinkSync: (path) => {
      forget(String(path));
      unlinkSync(path);
    },
    fsyncSync: sync,
    fdatasyncSync: sync,
  });
  t.teardown(() =>
    patch({
      fsyncSync,
      fdatasyncSync,
      ftruncateSync,
      openSync,
      renameSync,
      truncateSync,
      unlinkSync,
      writeSync,
    }),
  );

  return {
    syncs: () => syncs,
    leave: (target) => {
      for (const [folder, entries] of folders) {
        const left = join(target, relative(root, folder));
        fs.mkdirSync(left, { recursive: true });
        for (const [name, { synced }] of entries) fs.writeFileSync(join(left, name), synced ?? '');
      }
    },
  };
}

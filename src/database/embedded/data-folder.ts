import { constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { access, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../../config-error.ts';
import { syncPath, syncTree } from './files.ts';
import { type FolderLock, lockFolder } from './lock.ts';

/** The PostgreSQL version of PGlite, as in the file PG_VERSION. */
const PG_VERSION = '18';

/** Files and non-empty folders without which PostgreSQL does not start, or starts with missing data. */
const ESSENTIALS = ['base', 'global/pg_control', 'pg_wal', 'pg_xact', 'pg_multixact', 'postgresql.conf'];

/** The locked folder of DATA_DIR. */
export interface DataFolder {
  folder: string;
  /** The subfolder with the files of the database. */
  database: string;
  lock: FolderLock;
}

/**
 * Creates and locks the folder of DATA_DIR.
 *
 * @param fsync Whether a new folder must survive a power failure.
 * @throws {ConfigError} if the folder cannot be used, or another process uses it.
 */
export async function openDataFolder(dataDir: string, fsync: boolean): Promise<DataFolder> {
  const folder = resolve(dataDir);
  try {
    await makeFolder(folder, fsync);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return { folder, database: join(folder, 'postgresql'), lock: await lockFolder(folder) };
  } catch (cause) {
    throw cause instanceof ConfigError ? cause : unusable(folder, cause);
  }
}

/**
 * Checks that a folder is empty or contains a complete database. PGlite would create a new database over an
 * incomplete one.
 *
 * @returns Whether there is a database.
 * @throws {ConfigError} if the database is incomplete or has another version.
 */
export async function checkDatabase(database: string): Promise<boolean> {
  try {
    const entries = await entriesOf(database);
    if (entries.length === 0) {
      if (existsSync(join(dirname(database), 'PG_VERSION'))) {
        throw refusal(dirname(database), 'holds the files of a PostgreSQL server itself');
      }
      return false;
    }
    if (!entries.includes('PG_VERSION')) {
      throw refusal(database, 'contains files but no PG_VERSION, so it is not a complete database');
    }
    const version = (await readFile(join(database, 'PG_VERSION'), 'utf8')).trim();
    if (version === '') throw refusal(database, 'has an empty PG_VERSION, so it is not a complete database');
    if (version !== PG_VERSION) {
      throw refusal(
        database,
        `contains a database of PostgreSQL ${version}; this is PostgreSQL ${PG_VERSION}`,
      );
    }
    for (const name of ESSENTIALS) {
      if (await isEmpty(join(database, name))) {
        throw refusal(database, `has no ${name}, or an empty one, so it is not a complete database`);
      }
    }
    return true;
  } catch (cause) {
    throw cause instanceof ConfigError ? cause : unusable(database, cause);
  }
}

/**
 * Creates a database unless the folder contains one. The files are created in a temporary folder, readable by this user
 * only, and then moved, so that a process that is killed in between leaves no incomplete database.
 *
 * @param fsync Whether the new database survives a power failure.
 * @param fill Creates the files in the given folder.
 */
export async function makeDatabase(
  folder: string,
  fsync: boolean,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  if (existsSync(folder) && readdirSync(folder).length > 0) return;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { mode: 0o700 });
  try {
    await fill(partial);
  } catch (error) {
    // The disk may be full.
    rmSync(partial, { recursive: true });
    throw error;
  }
  if (fsync) syncTree(partial);
  renameSync(partial, folder);
  if (fsync) syncPath(dirname(folder));
}

/** Messages of Node or PostgreSQL about problems of the file system, not of the database. */
const FAULT_OF_THE_DISK = /no space left|read-only file system|permission denied|quota exceeded|i\/o error/i;

/** The error for a database that passed the checks but cannot be opened, with PostgreSQL's message. */
export function unopenable(database: string, cause: unknown): ConfigError {
  const reason = String(cause instanceof Error ? cause.message : cause).replace(/\.$/, '');
  if (FAULT_OF_THE_DISK.test(reason)) {
    return new ConfigError('DATA_DIR', `${database} cannot be used: ${reason}.`, { cause });
  }
  return refusal(database, `contains a database that PostgreSQL cannot open: ${reason}`, cause);
}

const refusal = (folder: string, problem: string, cause?: unknown) =>
  new ConfigError('DATA_DIR', `${folder} ${problem}. Restore it from a backup, or name another folder.`, {
    cause,
  });

/** Like `mkdir` with `recursive`, which never returns if the system rejects a folder with ENOENT, as in /proc. */
async function makeFolder(folder: string, fsync: boolean): Promise<void> {
  const parent = dirname(folder);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(parent)) throw error;
    await makeFolder(parent, fsync);
    await mkdir(folder, { mode: 0o700 });
  }
  if (fsync) syncPath(parent);
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function isEmpty(path: string): Promise<boolean> {
  try {
    const status = await stat(path);
    return status.isDirectory() ? (await readdir(path)).length === 0 : status.size === 0;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
}

const errorCode = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** Descriptions of system errors. */
const MEANINGS: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'this user has no permission',
  EPERM: 'this user has no permission',
  EROFS: 'its file system is read-only',
  ENOSPC: 'its file system is full',
  EDQUOT: 'the quota of this user is used up',
  ELOOP: 'its path is a loop of symbolic links',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'no folder can be created there',
};

function unusable(folder: string, cause: unknown): ConfigError {
  const code = errorCode(cause);
  const meaning = MEANINGS[code] ?? 'the system rejects it';
  return new ConfigError('DATA_DIR', `${folder} cannot be used: ${meaning} (${code}).`, { cause });
}

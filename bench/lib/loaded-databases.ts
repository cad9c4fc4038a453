import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { setlist, startServer } from '../../scripts/server-process.ts';
import { startThrowawayPostgres } from '../../scripts/throwaway-postgres.mjs';
import type { Loaded } from './load/requests.ts';
import { type Database, loadData } from './load-data.ts';

const LOADED = 'setlist_loaded';
const COPY = 'setlist_copy';

/** The time limit for filling the embedded database, in milliseconds. */
const EMBEDDED_DEADLINE = 180_000;

/** A PostgreSQL server with a loaded database. */
export interface LoadedServer {
  /** The process id of the server, the ancestor of all its processes. */
  pid: number;
  version: string;
  /** The URL of the loaded database, for readers only. */
  url: string;
  loaded: Loaded;
  /**
   * Creates a new copy of the loaded database for a writer, and returns its URL.
   *
   * @param name Of the copy: it replaces the previous one with this name.
   */
  copy(name?: string): Promise<string>;
}

/** Runs a function with a temporary PostgreSQL server with default settings. */
export async function withLoadedServer<Result>(
  folder: string,
  signal: AbortSignal,
  use: (server: LoadedServer) => Promise<Result>,
): Promise<Result> {
  const server = await startThrowawayPostgres();
  try {
    const url = nameDatabase(server.url, LOADED);
    const administrate = (...statements: string[]) =>
      withClient(server.url, async (client) => {
        for (const statement of statements) await client.query(statement);
      });
    await administrate(`CREATE DATABASE ${LOADED}`);
    const service = await startServer(setlist, { DATABASE_URL: url }, folder, signal);
    await service.stop();
    const loaded = await withClient(url, (client) => loadData(client));
    const version = await withClient(url, async (client) => {
      const { rows } = await client.query('SHOW server_version');
      return String(rows[0]?.server_version);
    });
    const copy = async (name = COPY) => {
      // After a checkpoint, every copy starts in the same state: without pending writes of earlier work.
      await administrate(
        `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`,
        `CREATE DATABASE ${name} TEMPLATE ${LOADED}`,
        'CHECKPOINT',
      );
      return nameDatabase(server.url, name);
    };
    return await use({ pid: server.pid, version, url, loaded, copy });
  } finally {
    await server.stop();
  }
}

/** Creates and fills an embedded database in the folder, in a child process. */
export async function loadEmbedded(folder: string, signal: AbortSignal): Promise<Loaded> {
  const script = join(import.meta.dirname, 'load-embedded.js');
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder], {
    signal,
    timeout: EMBEDDED_DEADLINE,
    killSignal: 'SIGKILL',
  });
  return JSON.parse(stdout);
}

function nameDatabase(url: string, name: string): string {
  const named = new URL(url);
  named.pathname = `/${name}`;
  return named.href;
}

/** Runs a function with one connection to a database. */
export async function withClient<Result>(
  connectionString: string,
  use: (client: pg.Client & Database) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

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

/** How long it may take to fill the embedded database, in milliseconds. */
const EMBEDDED_DEADLINE = 180_000;

/** A PostgreSQL server with a loaded database. */
export interface LoadedServer {
  /** The process id of the server, of which all its other processes descend. */
  pid: number;
  version: string;
  /** The URL of the loaded database, for those who only read. */
  url: string;
  loaded: Loaded;
  /** Makes a fresh copy of the loaded database, for one who writes, and gives its URL. */
  copy(): Promise<string>;
}

/** Runs something with a new PostgreSQL server, which is gone afterwards. Its settings are PostgreSQL's own. */
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
    const copy = async () => {
      // The checkpoint makes every copy begin alike: with nothing left to write of what came before.
      await administrate(
        `DROP DATABASE IF EXISTS ${COPY} WITH (FORCE)`,
        `CREATE DATABASE ${COPY} TEMPLATE ${LOADED}`,
        'CHECKPOINT',
      );
      return nameDatabase(server.url, COPY);
    };
    return await use({ pid: server.pid, version, url, loaded, copy });
  } finally {
    await server.stop();
  }
}

/** Makes and fills an embedded database in the folder, in a process of its own. */
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

/** Runs something with one connection to a database. */
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

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { startThrowawayPostgres } from '../../scripts/throwaway-postgres.mjs';
import { acceptingKeys, fullKey } from '../support/credentials.ts';
import type { DatabaseName } from './options.ts';

/** The database of the services under test. */
export interface Databases {
  name: DatabaseName;
  /** The environment of a service with a new database, and its mode. */
  environment(): Promise<Record<string, string>>;
  /** Removes the databases. */
  stop(): Promise<void>;
}

/**
 * With authentication, and the key of the clients in `SETLIST_KEY`; without limits on tasks and webhooks: otherwise most creates would be
 * rejected. Events are not sent to the generated URLs.
 */
const COMMON = {
  ...acceptingKeys(fullKey),
  SETLIST_KEY: fullKey.key,
  MAX_TASKS: '0',
  WEBHOOKS: 'off',
  WEBHOOKS_MAX: '10000',
  REQUEST_DEADLINE_MS: '60000',
};

export function openDatabases(name: DatabaseName): Promise<Databases> {
  return name === 'server' ? serverDatabases() : Promise.resolve(embeddedDatabases);
}

/** The service also validates its responses: an invalid one is a 500. */
const embeddedDatabases: Databases = {
  name: 'embedded',
  environment: async () => ({ ...COMMON, DATA_DIR: 'memory://', VALIDATE_RESPONSES: 'true' }),
  stop: async () => {},
};

/** The server of TEST_DATABASE_URL or a temporary one, and services with default settings. */
async function serverDatabases(): Promise<Databases> {
  const given = process.env.TEST_DATABASE_URL;
  const server = given === undefined ? await startThrowawayPostgres() : undefined;
  const url = given ?? String(server?.url);
  const made: string[] = [];
  return {
    name: 'server',
    environment: async () => {
      const name = `setlist_fuzz_${randomUUID().replaceAll('-', '')}`;
      await administrate(url, `CREATE DATABASE ${name}`);
      made.push(name);
      const own = new URL(url);
      own.pathname = `/${name}`;
      return { ...COMMON, DATABASE_URL: own.href, NODE_ENV: 'production' };
    },
    stop: async () => {
      for (const name of made) await administrate(url, `DROP DATABASE ${name} WITH (FORCE)`);
      await server?.stop();
    },
  };
}

async function administrate(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

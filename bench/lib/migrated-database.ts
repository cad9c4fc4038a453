import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.ts';
import { packageRoot } from '../../src/package.ts';

/**
 * Creates a database with Setlist's tables on a server.
 *
 * @param serverUrl Any database of the server, as a role that may create databases.
 * @param name The name of the database; an existing one is dropped first.
 * @returns Its URL.
 */
export async function createMigratedDatabase(serverUrl: string, name: string): Promise<string> {
  const quoted = pg.escapeIdentifier(name);
  const administrator = new pg.Client({ connectionString: serverUrl });
  await administrator.connect();
  try {
    await administrator.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
    await administrator.query(`CREATE DATABASE ${quoted}`);
  } finally {
    await administrator.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await migrate(client, join(packageRoot, 'migrations'), { log: console });
  } finally {
    await client.end();
  }
  return url.href;
}

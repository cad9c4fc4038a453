import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool, PoolClient } from 'pg';

/** Any number will do, as long as nothing else on the same database takes it. */
const ADVISORY_LOCK = 7_305_216;

interface Migration {
  version: number;
  name: string;
  sql: string;
}

/**
 * Brings the database up to the newest migration and gives the names of those that ran. Each runs in a
 * transaction of its own and is recorded in `schema_migrations`; an advisory lock makes instances that start at
 * once wait for each other.
 *
 * @param folder Holds the migrations, `NNN.name.sql`.
 */
export async function migrate(pool: Pool, folder: string): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    return await runPending(client, migrations);
  } finally {
    // Closing the session gives the lock back, in whatever state a failed migration left it.
    client.release(true);
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (name) => ({
      version: Number.parseInt(name, 10),
      name,
      sql: await readFile(join(folder, name), 'utf8'),
    })),
  );
}

async function runPending(client: PoolClient, migrations: readonly Migration[]): Promise<string[]> {
  await client.query(`
    CREATE TABLE IF NOT EXISTS schema_migrations (
      version integer PRIMARY KEY,
      name text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
  const { rows } = await client.query<{ version: number }>('SELECT version FROM schema_migrations');
  const applied = new Set(rows.map(({ version }) => version));
  const pending = migrations.filter(({ version }) => !applied.has(version));
  for (const { version, name, sql } of pending) {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query('INSERT INTO schema_migrations (version, name) VALUES ($1, $2)', [version, name]);
    await client.query('COMMIT');
  }
  return pending.map(({ name }) => name);
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Loaded } from '../lib/load/requests.ts';
import { type LoadedServer, withClient } from '../lib/loaded-databases.ts';

/** Settings that the figures hang on, told even where they are as PostgreSQL ships them. */
const TOLD = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'shared_buffers',
  'max_wal_size',
  'max_connections',
  'jit',
  'autovacuum',
];

/** How long a database has to be idle to be called so, and how long that is waited for, in milliseconds. */
const IDLE = 300;
const PATIENCE = 20_000;
const LOOK = 50;

/**
 * Waits until nobody asks the database for anything: what a load generator has cut off, a server may still work on.
 *
 * @throws {Error} when that does not come to an end.
 */
export async function becomeIdle(databaseUrl: string, signal: AbortSignal): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    let idle = 0;
    for (let waited = 0; idle < IDLE; waited += LOOK) {
      if (waited > PATIENCE) throw new Error('The database does not come to rest after a load.');
      await delay(LOOK, undefined, { signal });
      const { rows } = await client.query(
        `SELECT count(*)::integer AS busy FROM pg_stat_activity
         WHERE datname = current_database() AND backend_type = 'client backend'
           AND pid <> pg_backend_pid() AND state <> 'idle'`,
      );
      idle = rows[0]?.busy === 0 ? idle + LOOK : 0;
    }
  });
}

/** Takes out what was written since the database was loaded, so that each measurement begins with the same tables. */
export async function restore(databaseUrl: string, { songs, tasks }: Loaded): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query(`DELETE FROM songs WHERE id > ${songs.to}`);
    await client.query(`DELETE FROM tasks WHERE id > ${tasks.to}`);
    for (const table of ['songs', 'tasks']) await client.query(`VACUUM ANALYZE ${table}`);
    await client.query('CHECKPOINT');
  });
}

/** How many songs were created since the database was loaded. */
export async function countCreated(databaseUrl: string, { songs }: Loaded): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query('SELECT count(*) AS created FROM songs WHERE id > $1', [songs.to]);
    return Number(rows[0]?.created);
  });
}

/** Settings of the server: those that differ from PostgreSQL's defaults, and those that the figures hang on. */
export async function postgresSettings({ url }: LoadedServer): Promise<Record<string, string>> {
  return withClient(url, async (client) => {
    // What initdb and the throw-away server set says where it is, not how it works.
    const { rows } = await client.query<{ name: string; value: string }>(
      `SELECT name, current_setting(name) AS value FROM pg_settings
       WHERE name = ANY($1)
          OR (source IN ('configuration file', 'command line')
              AND boot_val IS DISTINCT FROM setting
              AND name !~ '^(lc_|log_)|director|listen|^port$|timezone|text_search|file|datestyle')
       ORDER BY name`,
      [TOLD],
    );
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  });
}

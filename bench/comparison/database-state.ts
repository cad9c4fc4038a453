import { setTimeout as delay } from 'node:timers/promises';
import type { Loaded } from '../lib/load/requests.ts';
import { type LoadedServer, withClient } from '../lib/loaded-databases.ts';

/** Settings that affect the figures; they are reported even if they have their defaults. */
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

/** The required idle time of the database, and the time limit of the wait for it, in milliseconds. */
const IDLE = 300;
const PATIENCE = 20_000;
const LOOK = 50;

/**
 * Waits until the database is idle: a server may still process requests that the load generator aborted.
 *
 * @throws {Error} if it does not become idle.
 */
export async function becomeIdle(databaseUrl: string, signal: AbortSignal): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    let idle = 0;
    for (let waited = 0; idle < IDLE; waited += LOOK) {
      if (waited > PATIENCE) throw new Error('The database does not become idle after a load.');
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

/** Deletes the rows of previous measurements, so that each one begins with the same tables. */
export async function restore(databaseUrl: string, { songs, tasks }: Loaded): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query(`DELETE FROM songs WHERE id > ${songs.to}`);
    await client.query(`DELETE FROM tasks WHERE id > ${tasks.to}`);
    for (const table of ['songs', 'tasks']) await client.query(`VACUUM ANALYZE ${table}`);
    await client.query('CHECKPOINT');
  });
}

/** The number of songs that were created since the database was loaded. */
export async function countCreated(databaseUrl: string, { songs }: Loaded): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query('SELECT count(*) AS created FROM songs WHERE id > $1', [songs.to]);
    return Number(rows[0]?.created);
  });
}

/** The settings of the server that differ from the defaults, and those that affect the figures. */
export async function postgresSettings({ url }: LoadedServer): Promise<Record<string, string>> {
  return withClient(url, async (client) => {
    // Settings of initdb and of the temporary server are locations, which do not affect the figures.
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

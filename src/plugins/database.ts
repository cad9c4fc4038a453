import { join } from 'node:path';
import postgres from '@fastify/postgres';
import fp from 'fastify-plugin';
import pg from 'pg';
import { type Config, ConfigError } from '../config.ts';
import { startEmbeddedPostgres } from '../database/embedded/postgres.ts';
import { migrate } from '../database/migrate.ts';
import { poolOptions } from '../database/pool-options.ts';
import { PooledDatabase } from '../database/pooled-database.ts';
import { packageRoot } from '../package.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Runs statements of repositories on the pool, and fails with the database's own kinds of errors. */
    database: PooledDatabase;
  }
}

export interface DatabaseOptions {
  config: Config;
  /** Whether to start, reach and migrate a database; false gives a pool that never connects by itself. */
  connect: boolean;
}

/** The pool, `app.pg`, over the configured server or the embedded PostgreSQL, migrated and ready. */
export const database = fp<DatabaseOptions>(
  async (app, { config, connect }) => {
    const { databaseUrl, dataDir, dbPoolMax } = config;
    if (!connect) {
      await app.register(postgres, poolOptions({}, dbPoolMax));
      app.decorate('database', new PooledDatabase(app.pg.pool));
      return;
    }
    if (databaseUrl === undefined) {
      const embedded = await startEmbeddedPostgres(dataDir, app.log);
      app.addHook('onClose', () => embedded.stop());
      await app.register(postgres, poolOptions(embedded.connection, 1));
    } else {
      await reach(databaseUrl);
      await app.register(postgres, poolOptions({ connectionString: databaseUrl }, dbPoolMax));
    }

    app.decorate('database', new PooledDatabase(app.pg.pool));

    // A connection that breaks while nobody uses it, or between two queries, must not end the process.
    const onError = (error: Error) => app.log.warn({ err: error }, 'A database connection broke');
    app.pg.pool.on('error', onError);
    app.pg.pool.on('connect', (client) => client.on('error', onError));

    const applied = await migrate(app.pg.pool, join(packageRoot, 'migrations'));
    if (applied.length > 0) app.log.info({ migrations: applied }, 'Migrated the database');
  },
  { name: 'database' },
);

/** Tries one connection, to tell at the start what is wrong with `DATABASE_URL`. */
async function reach(connectionString: string): Promise<void> {
  const client = new pg.Client(poolOptions({ connectionString }, 1));
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
  } catch (cause) {
    throw new ConfigError('DATABASE_URL', reason(cause as Error & { code?: string }, client), { cause });
  }
}

function reason(error: Error & { code?: string }, { host, port, database }: pg.Client): string {
  if (error.code?.startsWith('28'))
    return `is refused by the server at ${host}:${port}: wrong user name or password.`;
  if (error.code === '3D000')
    return `names the database "${database}", which does not exist at ${host}:${port}.`;
  const detail = error.code ?? (error.message === 'timeout expired' ? 'no answer' : error.name);
  return `points to ${host}:${port}, where no PostgreSQL server can be reached (${detail}).`;
}

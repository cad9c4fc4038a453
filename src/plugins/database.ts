import { join } from 'node:path';
import postgres from '@fastify/postgres';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import pg from 'pg';
import { type Config, ConfigError } from '../config.ts';
import { startEmbeddedPostgres } from '../database/embedded/postgres.ts';
import { migrate } from '../database/migrate.ts';
import { type PoolLimits, poolOptions } from '../database/pool-options.ts';
import { PooledDatabase } from '../database/pooled-database.ts';
import { packageRoot } from '../package.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Runs the statements that are quick, reads by id and writes, and fails with the database's own kinds of errors. */
    database: PooledDatabase;
    /** Runs the reads that may take long. They have connections of their own, if there is more than one. */
    listDatabase: PooledDatabase;
    /** Runs the readiness probe, which waits for no other statement, if there is more than one connection. */
    probeDatabase: PooledDatabase;
  }
}

export interface DatabaseOptions {
  config: Config;
  /** Whether to start, reach and migrate a database; false gives pools that never connect by themselves. */
  connect: boolean;
}

/** How long the readiness probe waits for the database, in milliseconds. */
export const PROBE_TIMEOUT = 1_000;
/** How long the start waits for the server, in milliseconds. */
const REACH_TIMEOUT = 5_000;

/** The pools over the configured server or the embedded PostgreSQL, migrated and ready. */
export const database = fp<DatabaseOptions>(
  async (app, { config, connect }) => {
    const { databaseUrl, dataDir } = config;
    if (connect && databaseUrl === undefined) {
      const embedded = await startEmbeddedPostgres(dataDir, app.log);
      app.addHook('onClose', () => embedded.stop());
      await app.register(postgres, poolOptions(embedded.connection, limits(1, config.requestDeadline)));
    } else {
      const connection = databaseUrl === undefined ? {} : { connectionString: databaseUrl };
      if (connect) await reach(connection);
      await registerPools(app, connection, config);
    }

    const { lists = app.pg, probe = app.pg } = app.pg;
    app.decorate('database', new PooledDatabase(app.pg.pool));
    app.decorate('listDatabase', new PooledDatabase(lists.pool));
    app.decorate('probeDatabase', new PooledDatabase(probe.pool));

    // A connection that breaks while nobody uses it, or between two queries, must not end the process.
    const onError = (error: Error) => app.log.warn({ err: error }, 'A database connection broke');
    for (const { pool } of new Set([app.pg, lists, probe])) {
      pool.on('error', onError);
      pool.on('connect', (client) => client.on('error', onError));
    }

    if (!connect) return;
    const applied = await migrate(app.pg.pool, join(packageRoot, 'migrations'));
    if (applied.length > 0) app.log.info({ migrations: applied }, 'Migrated the database');
  },
  { name: 'database' },
);

const limits = (max: number, timeout: number): PoolLimits => ({
  max,
  statementTimeout: timeout,
  connectTimeout: timeout,
});

/**
 * Registers the pools of a server. Lists get half of the connections, and their statements half of the deadline:
 * others wait for the same connections. With a single connection there is nothing to share out.
 */
async function registerPools(
  app: FastifyInstance,
  connection: pg.PoolConfig,
  { dbPoolMax, requestDeadline }: Config,
): Promise<void> {
  const forLists = Math.floor(dbPoolMax / 2);
  const forProbes = { ...poolOptions(connection, limits(1, PROBE_TIMEOUT)), name: 'probe' };
  await app.register(postgres, poolOptions(connection, limits(dbPoolMax - forLists, requestDeadline)));
  await app.register(postgres, forProbes);
  if (forLists === 0) return;
  const listLimits = {
    ...limits(forLists, requestDeadline),
    statementTimeout: Math.ceil(requestDeadline / 2),
  };
  await app.register(postgres, { ...poolOptions(connection, listLimits), name: 'lists' });
}

/** Tries one connection, to tell at the start what is wrong with `DATABASE_URL`. */
async function reach(connection: pg.PoolConfig): Promise<void> {
  const client = new pg.Client(poolOptions(connection, limits(1, REACH_TIMEOUT)));
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

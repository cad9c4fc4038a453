import { join } from 'node:path';
import postgres from '@fastify/postgres';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import pg from 'pg';
import { ConfigError } from '../config-error.ts';
import { packageRoot } from '../package.ts';
import { startEmbeddedPostgres } from './embedded/postgres.ts';
import { codeOf, DatabaseUnavailable, queryFailure } from './failures.ts';
import { migrate } from './migrate.ts';
import { type PoolLimits, poolOptions, sessionOptions } from './pool-options.ts';
import { PooledDatabase } from './pooled-database.ts';
import type { RepositoryDatabases } from './queryable.ts';
import { checkServer, connectionProblem } from './server-check.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Runs the statements that are quick, reads by id and writes, and fails with the database's own kinds of errors. */
    database: PooledDatabase;
    /** Runs the reads that may take long. They have connections of their own, if there is more than one. */
    listDatabase: PooledDatabase;
    /** The two of them, as repositories need them. */
    databases: RepositoryDatabases;
    /** Runs the readiness probe; with a server, on a connection of its own. */
    probeDatabase: PooledDatabase;
  }
}

/** Which database, and how long requests wait for it; settings of the service under the same names. */
export interface DatabaseSettings {
  /** The server; undefined for the embedded PostgreSQL. */
  databaseServer: pg.ClientConfig | undefined;
  /** Where the embedded PostgreSQL keeps its data. */
  dataDir: string;
  dataFsync: boolean;
  /** How many connections the service has to a server. */
  dbPoolMax: number;
  /** In milliseconds. */
  requestDeadline: number;
}

export interface DatabaseOptions {
  config: DatabaseSettings;
  /** Whether to start, reach and migrate a database; false gives pools that never connect by themselves. */
  connect: boolean;
}

/** How long the readiness probe waits for the database, in milliseconds. */
export const PROBE_TIMEOUT = 1_000;
/** How long the start waits for a server and for a statement that is not part of a migration, in milliseconds. */
const START_TIMEOUT = 5_000;

const migrations = join(packageRoot, 'migrations');

/** The pools over the configured server or the embedded PostgreSQL, migrated and ready. */
export const database = fp<DatabaseOptions>(
  async (app, { config, connect }) => {
    const { databaseServer, dataDir, dataFsync: fsync } = config;
    const problem = (error: unknown, client: pg.Client) =>
      databaseServer === undefined
        ? new ConfigError('DATA_DIR', `${dataDir} holds a database that fails (${codeOf(error)}).`, {
            cause: error,
          })
        : new ConfigError('DATABASE_URL', connectionProblem(error, client), { cause: error });
    if (connect && databaseServer === undefined) {
      const onRestart = () => migrateAgain(app);
      const embedded = await startEmbeddedPostgres({ dataDir, fsync, onRestart }, app.log);
      app.addHook('preClose', async () => embedded.prepareToStop());
      app.addHook('onClose', () => embedded.stop());
      // Its thread may be busy for as long as it needs.
      await prepare(embedded.connection, { connectTimeout: 0, problem, log: app.log });
      await app.register(postgres, poolOptions(embedded.connection, limits(1, config.requestDeadline)));
    } else {
      const connection = databaseServer ?? {};
      if (connect) await prepare(connection, { connectTimeout: START_TIMEOUT, problem, log: app.log });
      await registerPools(app, connection, config);
    }

    const { lists = app.pg, probe = app.pg } = app.pg;
    app.decorate('database', new PooledDatabase(app.pg.pool));
    app.decorate('listDatabase', lists === app.pg ? app.database : new PooledDatabase(lists.pool));
    app.decorate('databases', { main: app.database, lists: app.listDatabase });
    app.decorate('probeDatabase', probe === app.pg ? app.database : new PooledDatabase(probe.pool));

    // A connection that breaks while nobody uses it, or between two queries, must not end the process.
    const onError = (error: Error) => app.log.warn({ err: error }, 'A database connection broke');
    for (const { pool } of new Set([app.pg, lists, probe])) {
      // Its connection has logged it.
      pool.on('error', () => {});
      pool.on('connect', (client) => client.on('error', onError));
    }
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
  { dbPoolMax, requestDeadline }: DatabaseSettings,
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

interface PrepareOptions {
  /** In milliseconds; 0 for none. */
  connectTimeout: number;
  /** Says in one sentence why there is no connection, or why it failed. */
  problem(error: unknown, client: pg.Client): ConfigError;
  log: FastifyBaseLogger;
}

/**
 * Checks and migrates the database over a connection of its own, which begins as those of the pools do.
 *
 * @throws {ConfigError} when the service cannot work with the database.
 */
async function prepare(
  connection: pg.ClientConfig,
  { connectTimeout, problem, log }: PrepareOptions,
): Promise<void> {
  const client = new pg.Client(
    sessionOptions(connection, { statementTimeout: START_TIMEOUT, connectTimeout }),
  );
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw problem(error, client);
  }
  try {
    await checkServer(client, connectTimeout);
    const applied = await migrate(client, migrations, { log });
    if (applied.length > 0) log.info({ migrations: applied }, 'Migrated the database');
  } catch (error) {
    const failure = queryFailure(error);
    if (!(failure instanceof DatabaseUnavailable)) throw failure;
    throw problem(error, client);
  } finally {
    await client.end();
  }
}

/** Migrates an embedded database that was started again: one in memory is empty. */
async function migrateAgain(app: FastifyInstance): Promise<void> {
  const client = await app.pg.pool.connect();
  try {
    await migrate(client, migrations, { log: app.log });
  } finally {
    client.release();
  }
}

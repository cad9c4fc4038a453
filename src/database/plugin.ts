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
import type { RepositoryDatabases } from './pooled-database.ts';
import { PooledDatabase } from './pooled-database.ts';
import { checkServer, connectionProblem } from './server-check.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Runs quick statements: reads by id and writes. */
    database: PooledDatabase;
    /** Runs slow reads, on separate connections if there is more than one. */
    listDatabase: PooledDatabase;
    /** Both of them, for repositories. */
    databases: RepositoryDatabases;
    /** The connections for exports; undefined for the embedded PostgreSQL, which has only one. */
    exportPool: pg.Pool | undefined;
    /** Runs the readiness probe; with a server, on a separate connection. */
    probeDatabase: PooledDatabase;
  }
}

/** The settings of the service that concern the database. */
export interface DatabaseSettings {
  /** The server; undefined for the embedded PostgreSQL. */
  databaseServer: pg.ClientConfig | undefined;
  /** The folder of the embedded PostgreSQL. */
  dataDir: string;
  dataFsync: boolean;
  /** The maximum number of connections to a server. */
  dbPoolMax: number;
  /** The number of exports at a time; each has a connection to a server of its own. */
  exportsMax: number;
  /** In milliseconds. */
  requestDeadline: number;
}

export interface DatabaseOptions {
  config: DatabaseSettings;
  /** Whether to start, check and migrate the database; with false, pools connect on first use only. */
  connect: boolean;
}

/** The timeout of the readiness probe in milliseconds. */
export const PROBE_TIMEOUT = 1_000;
/** The timeout of a statement of an export in milliseconds: the first one may sort all rows. */
const EXPORT_TIMEOUT = 60_000;
/** The timeout in milliseconds, at startup, for a connection and for a statement outside of migrations. */
const START_TIMEOUT = 5_000;

const migrations = join(packageRoot, 'migrations');

/** Connects pools to the configured server or to the embedded PostgreSQL, after checks and migrations. */
export const database = fp<DatabaseOptions>(
  async (app, { config, connect }) => {
    const { databaseServer, dataDir, dataFsync: fsync } = config;
    const problem = (error: unknown, client: pg.Client) =>
      databaseServer === undefined
        ? new ConfigError('DATA_DIR', `${dataDir} contains a database that fails (${codeOf(error)}).`, {
            cause: error,
          })
        : new ConfigError('DATABASE_URL', connectionProblem(error, client), { cause: error });
    if (connect && databaseServer === undefined) {
      const onRestart = () => migrateAgain(app);
      const embedded = await startEmbeddedPostgres({ dataDir, fsync, onRestart }, app.log);
      app.addHook('preClose', async () => embedded.prepareToStop());
      app.addHook('onClose', () => embedded.stop());
      // No timeout: the thread may be busy.
      await prepare(embedded.connection, { connectTimeout: 0, problem, log: app.log });
      await app.register(postgres, poolOptions(embedded.connection, limits(1, config.requestDeadline)));
    } else {
      const connection = databaseServer ?? {};
      if (connect) await prepare(connection, { connectTimeout: START_TIMEOUT, problem, log: app.log });
      await registerPools(app, connection, config);
    }

    const { lists = app.pg, probe = app.pg, exports } = app.pg;
    app.decorate('database', new PooledDatabase(app.pg.pool));
    app.decorate('listDatabase', lists === app.pg ? app.database : new PooledDatabase(lists.pool));
    app.decorate('exportPool', exports?.pool);
    app.decorate('databases', { main: app.database, lists: app.listDatabase });
    app.decorate('probeDatabase', probe === app.pg ? app.database : new PooledDatabase(probe.pool));

    // An error of an idle connection must not end the process.
    const onError = (error: Error) => app.log.warn({ err: error }, 'A database connection broke');
    for (const { pool } of new Set([app.pg, lists, probe, exports ?? app.pg])) {
      // The connection logs the error.
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
 * Registers the pools of a server. Lists get half of the connections, and their statements half of the deadline, because
 * other calls wait for the same connections. A single connection is not divided.
 */
async function registerPools(
  app: FastifyInstance,
  connection: pg.PoolConfig,
  { dbPoolMax, exportsMax, requestDeadline }: DatabaseSettings,
): Promise<void> {
  const forLists = Math.floor(dbPoolMax / 2);
  const forProbes = { ...poolOptions(connection, limits(1, PROBE_TIMEOUT)), name: 'probe' };
  await app.register(postgres, poolOptions(connection, limits(dbPoolMax - forLists, requestDeadline)));
  await app.register(postgres, forProbes);
  const exportLimits = { max: exportsMax, statementTimeout: EXPORT_TIMEOUT, connectTimeout: requestDeadline };
  await app.register(postgres, { ...poolOptions(connection, exportLimits), name: 'exports' });
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
  /** Describes in one sentence why there is no connection, or why it failed. */
  problem(error: unknown, client: pg.Client): ConfigError;
  log: FastifyBaseLogger;
}

/**
 * Checks and migrates the database over a separate connection with the session settings of the pools.
 *
 * @throws {ConfigError} if the service cannot use the database.
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

/** Migrates an embedded database after a restart: a database in memory is empty. */
async function migrateAgain(app: FastifyInstance): Promise<void> {
  const client = await app.pg.pool.connect();
  try {
    await migrate(client, migrations, { log: app.log });
  } finally {
    client.release();
  }
}

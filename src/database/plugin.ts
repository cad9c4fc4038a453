import postgres from '@fastify/postgres';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type pg from 'pg';
import { startEmbeddedPostgres } from './embedded/postgres.ts';
import { migrate } from './migrate.ts';
import { type PoolLimits, poolOptions } from './pool-options.ts';
import type { RepositoryDatabases } from './pooled-database.ts';
import { PooledDatabase } from './pooled-database.ts';
import { type MigrationSettings, migrations, prepareEmbedded, prepareServer } from './prepare.ts';

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
  migrations: MigrationSettings;
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

/** Connects pools to the configured server or to the embedded PostgreSQL, after checks and migrations. */
export const database = fp<DatabaseOptions>(
  async (app, { config, connect }) => {
    const { databaseServer, dataDir, dataFsync: fsync } = config;
    if (connect && databaseServer === undefined) {
      const onRestart = () => migrateAgain(app);
      const embedded = await startEmbeddedPostgres({ dataDir, fsync, onRestart }, app.log);
      app.addHook('preClose', async () => embedded.prepareToStop());
      app.addHook('onClose', () => embedded.stop());
      await prepareEmbedded(embedded.connection, dataDir, config.migrations.mode, app.log);
      await app.register(postgres, poolOptions(embedded.connection, limits(1, config.requestDeadline)));
    } else {
      const connection = databaseServer ?? {};
      if (connect) await prepareServer(connection, config.migrations, app.log);
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

/** Migrates an embedded database after a restart: a database in memory is empty. */
async function migrateAgain(app: FastifyInstance): Promise<void> {
  const client = await app.pg.pool.connect();
  try {
    await migrate(client, migrations, { log: app.log });
  } finally {
    client.release();
  }
}

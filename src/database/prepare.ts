import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import pg from 'pg';
import { ConfigError, renamed } from '../config-error.ts';
import { packageRoot } from '../package.ts';
import { codeOf, DatabaseUnavailable, queryFailure } from './failures.ts';
import { migrate } from './migrate.ts';
import { sessionOptions } from './pool-options.ts';
import { checkSchema } from './schema.ts';
import { checkServer, connectionProblem } from './server-check.ts';

/** The timeout in milliseconds, at startup, for a connection and for a statement outside of migrations. */
const START_TIMEOUT = 5_000;

export const migrations = join(packageRoot, 'migrations');

/** The settings of a start that concern migrations. */
export interface MigrationSettings {
  /** Whether a start runs pending migrations (`on`), fails if there are some (`check`) or does not look (`off`). */
  readonly mode: 'on' | 'check' | 'off';
  /** The connection for migrations; undefined: the one of the service. */
  readonly server: pg.ClientConfig | undefined;
}

/**
 * Checks and migrates a server, over separate connections with the session settings of the pools.
 *
 * @throws {ConfigError} if the service cannot use it.
 */
export async function prepareServer(
  connection: pg.ClientConfig,
  { mode, server }: MigrationSettings,
  log: FastifyBaseLogger,
): Promise<void> {
  const options = { connectTimeout: START_TIMEOUT, problem: connectionProblem, log };
  const isSeparate = server !== undefined && mode === 'on';
  if (isSeparate) await prepare(server, 'MIGRATION_DATABASE_URL', { ...options, mode });
  await prepare(connection, 'DATABASE_URL', { ...options, mode: isSeparate ? 'check' : mode });
}

/**
 * Checks and migrates the embedded database.
 *
 * @throws {ConfigError} if the service cannot use it.
 */
export async function prepareEmbedded(
  connection: pg.ClientConfig,
  dataDir: string,
  mode: MigrationSettings['mode'],
  log: FastifyBaseLogger,
): Promise<void> {
  const problem = (error: unknown) => `${dataDir} contains a database that fails (${codeOf(error)}).`;
  // No timeout: the thread may be busy.
  await prepare(connection, 'DATA_DIR', { connectTimeout: 0, problem, mode, log });
}

interface PrepareOptions {
  /** In milliseconds; 0 for none. */
  connectTimeout: number;
  /** Describes in one sentence why there is no connection, or why it failed. */
  problem(error: unknown, client: pg.Client): string;
  mode: MigrationSettings['mode'];
  log: FastifyBaseLogger;
}

async function prepare(
  connection: pg.ClientConfig,
  setting: string,
  { connectTimeout, problem, mode, log }: PrepareOptions,
): Promise<void> {
  const client = new pg.Client(
    sessionOptions(connection, { statementTimeout: START_TIMEOUT, connectTimeout }),
  );
  client.on('error', () => {});
  const unusable = (error: unknown) => new ConfigError(setting, problem(error, client), { cause: error });
  try {
    await client.connect();
  } catch (error) {
    throw unusable(error);
  }
  try {
    await checkServer(client, connectTimeout);
    if (mode === 'check') await checkSchema(client, migrations, log);
    if (mode !== 'on') return;
    const applied = await migrate(client, migrations, { log });
    if (applied.length > 0) log.info({ migrations: applied }, 'Migrated the database');
  } catch (error) {
    const failure = queryFailure(error);
    throw failure instanceof DatabaseUnavailable ? unusable(error) : renamed(failure, setting);
  } finally {
    await client.end();
  }
}

// Runs the pending migrations and exits: for a job before a rollout whose instances start with MIGRATE=check or off.
import './working-directory.ts';
import Fastify from 'fastify';
import { ConfigError, readConfig } from './config.ts';
import { database } from './database/plugin.ts';
import { withEnvFile } from './environment.ts';
import { logOptions } from './logging/log-options.ts';

try {
  const config = readConfig(withEnvFile(process.env));
  const migrations = { ...config.migrations, mode: 'on' as const };
  const logger = await logOptions(config.logLevel, process.stdout.isTTY);
  // A migration may take long.
  const app = Fastify({ logger, pluginTimeout: 0 });
  await app.register(database, { config: { ...config, migrations }, connect: true });
  await app.close();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

import './working-directory.ts';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { type Config, ConfigError, readConfig, withEnvFile } from './config.ts';
import { logOptions } from './log-options.ts';

/** How long a stop may take, in milliseconds, and when it stops waiting for requests in flight. */
const STOP_DEADLINE = 10_000;
const DRAIN_DEADLINE = 8_000;

try {
  const config = readConfig(withEnvFile(process.env));
  const app = await buildApp(config, { logger: await logOptions(config.logLevel, process.stdout.isTTY) });
  stopOnSignals(app);
  await listen(app, config);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    const address = await app.listen({
      host,
      port,
      listenTextResolver: (url) => `Setlist listens on ${url}`,
    });
    app.log.info(`Interactive docs on ${address}/docs`);
  } catch (cause) {
    await app.close();
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new ConfigError('PORT', `${port} on ${host} is taken by another process.`, { cause });
    }
    throw new ConfigError('HOST', `${host} and PORT ${port} cannot be listened on (${code}).`, { cause });
  }
}

/** Ends the process on SIGTERM and SIGINT as soon as the requests in flight are answered; at once on a second signal. */
function stopOnSignals(app: FastifyInstance): void {
  closeWithGrace({ delay: STOP_DEADLINE, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'Stopping after an error');
    else app.log.info('Stopping');
    setTimeout(() => app.server.closeAllConnections(), DRAIN_DEADLINE).unref();
    await app.close();
  });
}

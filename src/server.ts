import './working-directory.ts';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Config, MetricsAddress } from './config.ts';
import { stopSignal } from './stop.ts';

/** The time in milliseconds for startup to complete after a signal, so that it can be closed properly. */
const START_PATIENCE = 1_000;

let app: FastifyInstance | undefined;
const signalled = stopSignal((signal) => {
  app?.log.error(`Received ${signal} again: exiting immediately`);
  process.exit(1);
});

// Loading the modules takes a while: signals must be handled before.
const { buildApp } = await import('./app.ts');
const { ConfigError, readConfig, settings } = await import('./config.ts');
const { misspelledSettings, withEnvFile } = await import('./environment.ts');
const { metricsServer, METRICS_PATH } = await import('./metrics/server.ts');
const { logOptions } = await import('./logging/log-options.ts');
const { stopAtOnce, stopGracefully } = await import('./stop.ts');

try {
  const variables = withEnvFile(process.env);
  const config = readConfig(variables);
  const started = start(config, variables);
  const isSignalled = await Promise.race([signalled.then(() => true), started.then(() => false)]);
  if (isSignalled) await giveUp(started);
  await run(await started, config);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/** Exits with code 0 during startup, after the service is closed or the patience is over. */
async function giveUp(started: Promise<FastifyInstance>): Promise<never> {
  const startedApp = await Promise.race([started.catch(() => undefined), delay(START_PATIENCE)]);
  if (startedApp) await stopAtOnce(startedApp);
  process.exit(0);
}

async function start(config: Config, variables: NodeJS.ProcessEnv): Promise<FastifyInstance> {
  app = await buildApp(config, { logger: await logOptions(config.logLevel, process.stdout.isTTY) });
  for (const { name, meant } of misspelledSettings(variables, settings)) {
    app.log.warn(`${name} is not a setting; did you mean ${meant}?`);
  }
  if (config.metrics) await listenForMetrics(app, config.metrics);
  await listen(app, config);
  return app;
}

/** Serves the metrics until the process exits, so that the stop itself can be observed. */
async function listenForMetrics(app: FastifyInstance, { host, port }: MetricsAddress): Promise<void> {
  if (!app.metrics) return;
  const server = metricsServer(app.metrics, app.log);
  try {
    await once(server.listen(port, host), 'listening');
  } catch (cause) {
    throw await refused(app, cause, { host, port }, 'METRICS_');
  }
  const { port: actual } = server.address() as AddressInfo;
  app.log.info(`Metrics on http://${host}:${actual}${METRICS_PATH}`);
}

async function listen(app: FastifyInstance, { host, port, maxConnections }: Config): Promise<void> {
  try {
    const address = await app.listen({
      host,
      port,
      // The kernel drops connections beyond the queue of the listener, 511 by default; `net.core.somaxconn` limits it.
      backlog: maxConnections,
      listenTextResolver: (url) => `Setlist listens on ${url}`,
    });
    app.log.info(`Interactive docs on ${address}/docs`);
  } catch (cause) {
    throw await refused(app, cause, { host, port });
  }
}

/** Closes the service, and describes why its address cannot be used; the prefix is the one of the settings. */
async function refused(
  app: FastifyInstance,
  cause: unknown,
  { host, port }: MetricsAddress,
  prefix: '' | 'METRICS_' = '',
): Promise<Error> {
  await app.close();
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new ConfigError(`${prefix}PORT`, `${port} on ${host} is in use by another process.`, { cause });
  const message = `${host} and ${prefix}PORT ${port} cannot be listened on (${code}).`;
  return new ConfigError(`${prefix}HOST`, message, { cause });
}

/** Serves until a signal, then exits with code 0; after an unexpected error, with code 1. */
async function run(app: FastifyInstance, { drainSeconds }: Config): Promise<never> {
  const failed = new Promise<undefined>((resolve) => {
    const onError = (err: unknown) => {
      app.log.fatal({ err }, 'Stopping after an error');
      if (process.exitCode === 1) process.exit();
      process.exitCode = 1;
      resolve(undefined);
    };
    process.on('uncaughtException', onError).on('unhandledRejection', onError);
  });
  if (await Promise.race([signalled, failed])) {
    app.log.info('Stopping');
    await stopGracefully(app, drainSeconds * 1_000);
  } else {
    await stopAtOnce(app);
  }
  process.exit();
}

import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';
import { type AppOverrides, buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type Client, injected } from './client.ts';
import { checkLog } from './credentials.ts';
import { commonEnvironment, testDatabase } from './database.ts';

export interface Service {
  app: FastifyInstance;
  call: Client;
  /** The log, one object per line. */
  log: Record<string, unknown>[];
}

/** Builds the service in this process, like the server, on its own database; closes it after the test. */
export async function startService(
  t: Test,
  environment: Record<string, string> = {},
  overrides: AppOverrides = {},
): Promise<Service> {
  const database = 'DATA_DIR' in environment || 'DATABASE_URL' in environment ? {} : await testDatabase(t);
  return serve(t, { ...database, ...environment }, overrides);
}

/** The same without a database, for tests that do not use it. */
export function startWithoutDatabase(
  t: Test,
  environment: Record<string, string> = {},
  overrides: AppOverrides = {},
): Promise<Service> {
  return serve(t, environment, { connect: false, ...overrides });
}

async function serve(
  t: Test,
  environment: Record<string, string>,
  overrides: AppOverrides,
): Promise<Service> {
  const log: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void log.push(JSON.parse(line)) };
  const app = await buildApp(readConfig({ ...commonEnvironment, ...environment }), {
    logger: { level: 'info', stream },
    ...overrides,
  });
  t.teardown(async () => {
    await app.close();
    for (const line of log) checkLog(JSON.stringify(line));
  });
  return { app, call: injected(app), log };
}

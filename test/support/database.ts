// Provides each test file with its own database: a new one on the server of TEST_DATABASE_URL, or, without it, a copy of an
// embedded template.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Test } from 'tap';
import { resources } from '../../schemas/index.ts';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';

const server = process.env.TEST_DATABASE_URL;
/** The template for the current migrations; other migrations have other templates. */
const TEMPLATE = join('node_modules', '.cache', 'setlist', `embedded-without-rows-${digestOf('migrations')}`);
/** The first id in an embedded test database: no test may depend on the ids of new rows. */
const FIRST_ID = 5000;

/**
 * The environment of every service under test: TEST_BATCHING=off disables batching. Events are not sent to the URLs of webhooks. The embedded database
 * does not wait for the disk, which tests of durability override.
 */
export const commonEnvironment = {
  BATCHING: process.env.TEST_BATCHING ?? 'on',
  DATA_FSYNC: 'off',
  WEBHOOKS: 'off',
};

/** Whether the tests run on a PostgreSQL server instead of the embedded one. */
export const onServer = server !== undefined;

/**
 * The environment of a service with its own temporary database. Tests must not depend on the rows of migrations, which
 * only exist on a server, not in an embedded test database.
 */
export async function testDatabase(t: Test): Promise<Record<string, string>> {
  return server === undefined ? embeddedDatabase(t) : { DATABASE_URL: await serverDatabase(t, server) };
}

/** A temporary folder, removed after the test. */
export async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'setlist-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The environment of a service with a database without migrations. */
export async function newDatabase(t: Test): Promise<Record<string, string>> {
  return server === undefined ? { DATA_DIR: await temporaryFolder(t) } : testDatabase(t);
}

/** The environment of a service with its own embedded database, without rows. */
export async function embeddedDatabase(t: Test): Promise<Record<string, string>> {
  await prepareTemplate();
  const folder = await temporaryFolder(t);
  await cp(TEMPLATE, folder, { recursive: true });
  return { DATA_DIR: folder };
}

function digestOf(folder: string): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}

/** Creates the template database without rows, unless it exists. */
export async function prepareTemplate(): Promise<void> {
  if (existsSync(TEMPLATE)) return;
  const folder = `${TEMPLATE}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  const app = await buildApp(readConfig({ ...commonEnvironment, DATA_DIR: folder }));
  for (const { names } of resources) {
    await app.pg.query(`TRUNCATE ${names.table}`);
    await app.pg.query(`ALTER TABLE ${names.table} ALTER COLUMN id RESTART WITH ${FIRST_ID}`);
  }
  await app.close();
  await rename(folder, TEMPLATE).catch(() => rm(folder, { recursive: true, force: true }));
}

async function serverDatabase(t: Test, url: string): Promise<string> {
  const name = `setlist_test_${randomUUID().replaceAll('-', '')}`;
  await administrate(url, `CREATE DATABASE ${name}`);
  t.teardown(() => administrate(url, `DROP DATABASE ${name} WITH (FORCE)`));
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

async function administrate(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(statement);
  await client.end();
}

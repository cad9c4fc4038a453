import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../throwaway-postgres.mjs';
import type { Command } from './program.ts';

/** The maximum time until PgBouncer accepts connections, in milliseconds. */
const START_DEADLINE = 10_000;

/** A running PgBouncer. */
export interface Pooler {
  /** The same database through the pooler. */
  urlOf(url: string): string;
  /** Runs a command of its console, such as `SHOW SERVERS`, and returns the rows. */
  command(text: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/**
 * Starts PgBouncer in transaction mode in front of a server, for its roles without passwords.
 *
 * @param settings Lines of its section `[pgbouncer]`.
 * @param folder For its files.
 */
export async function startPooler(
  [program, ...args]: Command,
  server: string,
  roles: readonly string[],
  settings: readonly string[],
  folder: string,
): Promise<Pooler> {
  const { hostname, port: serverPort } = new URL(server);
  const port = await freePort();
  const home = join(folder, `pgbouncer-${port}`);
  mkdirSync(home);
  const file = join(home, 'pgbouncer.ini');
  const users = join(home, 'users.txt');
  writeFileSync(users, roles.map((role) => `"${role}" ""\n`).join(''));
  const lines = [
    '[databases]',
    `* = host=${hostname} port=${serverPort}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${users}`,
    `admin_users = ${roles[0]}`,
    'pool_mode = transaction',
    ...settings,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const log = join(home, 'log');
  writeFileSync(log, '');
  // PgBouncer does not run as root.
  const identity = process.getuid?.() === 0 ? ['--user', 'postgres'] : [];
  const child = spawn(program, [...args, ...identity, file], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => writeFileSync(log, chunk, { flag: 'a' }));
  const exited = once(child, 'exit');
  const stop = async () => {
    // At once, unlike SIGTERM, which waits for clients.
    child.kill('SIGQUIT');
    await exited;
    rmSync(home, { recursive: true, force: true });
  };
  const urlOf = (url: string) => {
    const pooled = new URL(url);
    pooled.port = String(port);
    return pooled.href;
  };
  const console = `postgres://${roles[0]}@127.0.0.1:${port}/pgbouncer`;
  const command = async (text: string) => {
    const client = new pg.Client({ connectionString: console });
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(text);
    await client.end();
    return rows;
  };
  if (await accepts(child, () => command('SHOW VERSION'))) return { urlOf, command, stop };
  const output = readFileSync(log, 'utf8');
  await stop();
  throw new Error(`PgBouncer does not start:\n${output}`);
}

async function accepts(child: ChildProcess, probe: () => Promise<unknown>): Promise<boolean> {
  const deadline = Date.now() + START_DEADLINE;
  while (child.exitCode === null && Date.now() < deadline) {
    const isAccepted = await probe().then(
      () => true,
      () => false,
    );
    if (isAccepted) return true;
    await delay(50);
  }
  return false;
}

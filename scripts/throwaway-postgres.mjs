// A temporary PostgreSQL server: a new cluster with default settings on a free port of 127.0.0.1, from the installed
// binaries.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/**
 * @typedef {object} ThrowawayPostgres
 * @property {string} url The database `postgres`, as its owner.
 * @property {number} pid The process id of the server.
 * @property {() => void} freeze Stops all processes of the server (`SIGSTOP`); their connections remain. Linux only.
 * @property {() => void} thaw Continues the processes that `freeze` stopped.
 * @property {() => Promise<void>} crash Ends the server without a checkpoint, unless it has ended, and starts it again, which recovers its data.
 * @property {() => Promise<void>} stop Ends the server and removes its files.
 */

/**
 * Starts a server. PostgreSQL does not run as root, so root starts it as the user `postgres`.
 *
 * @param {{ primary?: string, parent?: string }} [options] The URL of another server, whose standby it is, and where the folder with its files
 * is created.
 * @returns {Promise<ThrowawayPostgres>}
 */
export async function startThrowawayPostgres({ primary, parent = tmpdir() } = {}) {
  const binaries = findBinaries();
  const folder = mkdtempSync(join(parent, 'setlist-postgres-'));
  const data = join(folder, 'data');
  const identity = serverIdentity(folder);
  try {
    const [program, args] =
      primary === undefined
        ? ['initdb', ['-U', 'postgres', '--auth=trust', '--encoding=UTF8']]
        : ['pg_basebackup', ['-d', primary, '--checkpoint=fast', '--write-recovery-conf']];
    execFileSync(join(binaries, program), ['-D', data, ...args], {
      ...identity,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const port = await freePort();
  const options = [
    '-D',
    data,
    '-p',
    String(port),
    '-h',
    '127.0.0.1',
    '-k',
    folder,
    '-c',
    'max_connections=200',
  ];
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const start = () => spawn(join(binaries, 'postgres'), options, { ...identity, stdio: 'ignore' });
  let server = start();
  let exited = once(server, 'exit');
  const end = async (/** @type {NodeJS.Signals} */ signal) => {
    server.kill(signal);
    await exited;
  };
  /** @type {number[]} */
  let frozen = [];
  const thaw = () => {
    for (const pid of frozen) signal(pid, 'SIGCONT');
    frozen = [];
  };
  const freeze = () => {
    const pid = Number(server.pid);
    // First the server itself, so that it starts no further processes.
    process.kill(pid, 'SIGSTOP');
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
    for (const child of children) signal(child, 'SIGSTOP');
    frozen = [...children, pid];
  };
  const stop = async () => {
    thaw();
    await end('SIGINT');
    rmSync(folder, { recursive: true, force: true });
  };
  const crash = async () => {
    await end('SIGQUIT');
    server = start();
    exited = once(server, 'exit');
    await accepts(url, server);
  };
  try {
    await accepts(url, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    get pid() {
      return Number(server.pid);
    },
    freeze,
    thaw,
    crash,
    stop,
  };
}

/** Sends a signal to a process that may have ended. */
function signal(/** @type {number} */ pid, /** @type {NodeJS.Signals} */ name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The folder with the programs of the newest PostgreSQL server. */
export function findBinaries() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  const found = folders.find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
  if (!found) throw new Error('No PostgreSQL server is installed: initdb and postgres were not found.');
  return found;
}

/**
 * The options of a process that PostgreSQL accepts as its owner: root becomes the user `postgres`, who then owns the folder.
 *
 * @returns {{ uid?: number, gid?: number, cwd: string }}
 */
export function serverIdentity(/** @type {string} */ folder) {
  if (process.getuid?.() !== 0) return { cwd: folder };
  const id = (/** @type {string} */ flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const identity = { uid: id('-u'), gid: id('-g') };
  execFileSync('chown', [`${identity.uid}:${identity.gid}`, folder]);
  return { ...identity, cwd: folder };
}

/**
 * A free port of 127.0.0.1.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Waits until the server accepts queries: it listens before its startup is complete. */
async function accepts(
  /** @type {string} */ url,
  /** @type {import('node:child_process').ChildProcess} */ server,
) {
  for (let tries = 0; tries < 200; tries++) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL exited with code ${server.exitCode}.`);
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    const connected = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => {});
    if (connected) return;
    await delay(50);
  }
  throw new Error('PostgreSQL does not accept connections.');
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../../src/package.ts';
import { findBinaries, freePort, serverIdentity } from '../throwaway-postgres.mjs';

const CONFIGURATION = join(packageRoot, 'ops', 'patroni', 'patroni.yml');
export const PASSWORD = 'drill';
const LOG_LINES = 10;

/** The addresses of a node; all are on 127.0.0.1. */
export interface NodePorts {
  etcd: number;
  etcdPeer: number;
  patroni: number;
  postgres: number;
}

/** Ports that are free now. */
export async function newPorts(): Promise<NodePorts> {
  const [etcd, etcdPeer, patroni, postgres] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  return { etcd, etcdPeer, patroni, postgres };
}

const address = (port: number) => `127.0.0.1:${port}`;

/** One machine of the cluster: a member of etcd, and Patroni with its PostgreSQL server. */
export class ClusterNode {
  readonly name: string;
  readonly ports: NodePorts;
  readonly #folder: string;
  readonly #identity: { uid?: number; gid?: number; cwd: string };
  #etcd: ChildProcess | undefined;
  #patroni: ChildProcess | undefined;

  constructor(name: string, ports: NodePorts, parent: string) {
    this.name = name;
    this.ports = ports;
    // The programs must be allowed to enter the parent.
    serverIdentity(parent);
    this.#folder = join(parent, name);
    mkdirSync(this.#folder);
    this.#identity = serverIdentity(this.#folder);
  }

  /**
   * Starts its programs.
   *
   * @param nodes All nodes of the cluster.
   */
  start(nodes: readonly ClusterNode[]): void {
    const peers = nodes.map(({ name, ports }) => `${name}=http://${address(ports.etcdPeer)}`);
    const client = `http://${address(this.ports.etcd)}`;
    const peer = `http://${address(this.ports.etcdPeer)}`;
    this.#etcd = this.#spawn('etcd', [
      `--name=${this.name}`,
      `--data-dir=${join(this.#folder, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=${peers.join()}`,
    ]);
    const patroni = address(this.ports.patroni);
    const postgres = address(this.ports.postgres);
    const accounts = ['SUPERUSER', 'REPLICATION', 'REWIND', 'RESTAPI'].flatMap((account) => [
      [`PATRONI_${account}_USERNAME`, account === 'SUPERUSER' ? 'postgres' : account.toLowerCase()],
      [`PATRONI_${account}_PASSWORD`, PASSWORD],
    ]);
    this.#patroni = this.#spawn('patroni', [CONFIGURATION], {
      PATRONI_NAME: this.name,
      PATRONI_ETCD3_HOSTS: nodes.map(({ ports }) => address(ports.etcd)).join(),
      PATRONI_RESTAPI_LISTEN: patroni,
      PATRONI_RESTAPI_CONNECT_ADDRESS: patroni,
      PATRONI_POSTGRESQL_LISTEN: postgres,
      PATRONI_POSTGRESQL_CONNECT_ADDRESS: postgres,
      PATRONI_POSTGRESQL_DATA_DIR: this.#data,
      PATRONI_POSTGRESQL_PGPASS: join(this.#folder, 'pgpass'),
      PATRONI_POSTGRESQL_BIN_DIR: findBinaries(),
      ...Object.fromEntries(accounts),
    });
  }

  /** Ends the PostgreSQL server and all its processes, as a crash does. */
  killPostgres(): void {
    signal('SIGKILL', this.#postgresPids());
  }

  /** Stops the replication to other nodes, as a broken network between them does. */
  stopReplication(): void {
    signal(
      'SIGSTOP',
      this.#postgresPids().filter((pid) => commandOf(pid).includes('walsender')),
    );
  }

  /** Ends all its programs at once, as a power failure does. */
  async kill(): Promise<void> {
    const own = [this.#patroni, this.#etcd].filter((child) => child !== undefined);
    const exited = Promise.all(own.filter(isRunning).map((child) => once(child, 'exit')));
    // Patroni first: it would report the end of its server to the others.
    signal('SIGKILL', pidsOf(own));
    signal('SIGKILL', this.#postgresPids());
    await exited;
  }

  /** Stops all its programs without ending them: its sockets stay open, and nothing responds. */
  freeze(): void {
    signal('SIGSTOP', pidsOf([this.#patroni, this.#etcd]));
    // The server first: it starts no processes after that.
    signal('SIGSTOP', this.#postgresPids().slice(0, 1));
    signal('SIGSTOP', this.#postgresPids());
  }

  /** Lets its programs go on after {@link freeze}. */
  thaw(): void {
    signal('SIGCONT', [...this.#postgresPids(), ...pidsOf([this.#etcd, this.#patroni])]);
  }

  /** Ends its programs, also frozen ones. */
  async stop(): Promise<void> {
    await this.kill();
    while (this.#postgresPids().some(exists)) await delay(50);
  }

  /** Whether a program of it has ended by itself. */
  get isBroken(): boolean {
    return [this.#etcd, this.#patroni].some((child) => child !== undefined && !isRunning(child));
  }

  /** The last lines of its programs. */
  get log(): string {
    const tail = (program: string) =>
      readFileSync(join(this.#folder, `${program}.log`), 'utf8')
        .split('\n')
        .slice(-LOG_LINES);
    return [this.name, ...tail('etcd'), ...tail('patroni')].join('\n');
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  #spawn(program: string, args: string[], environment: Record<string, string> = {}): ChildProcess {
    const file = join(this.#folder, `${program}.log`);
    const log = openSync(file, 'a');
    const child = spawn(program, args, {
      ...this.#identity,
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.once('error', (error) => appendFileSync(file, `${error}\n`));
    return child;
  }

  /** The server, and the processes that it started. */
  #postgresPids(): number[] {
    let text: string;
    try {
      text = readFileSync(join(this.#data, 'postmaster.pid'), 'utf8');
    } catch {
      return [];
    }
    const server = Number.parseInt(text, 10);
    // The file of a server that crashed stays: its number may belong to another process now.
    if (!commandOf(server).includes(this.#data)) return [];
    return [server, ...childrenOf(server)];
  }
}

const isRunning = ({ pid, exitCode, signalCode }: ChildProcess) =>
  pid !== undefined && exitCode === null && signalCode === null;

const pidsOf = (children: readonly (ChildProcess | undefined)[]): number[] =>
  children.flatMap((child) => (child?.pid !== undefined && isRunning(child) ? [child.pid] : []));

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function childrenOf(pid: number): number[] {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    // There are none.
    return [];
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function signal(name: NodeJS.Signals, pids: readonly number[]): void {
  for (const pid of pids)
    try {
      process.kill(pid, name);
    } catch {
      // The process has ended.
    }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { packageRoot } from '../../src/package.ts';
import { freePort } from '../throwaway-postgres.mjs';
import { ClusterNode, newPorts, PASSWORD } from './node.ts';

const CONFIGURATION = join(packageRoot, 'ops', 'patroni', 'haproxy.cfg');
/** The maximum time until the cluster is complete, in milliseconds. */
const DEADLINE = 180_000;
/** The maximum response time of Patroni, in milliseconds: a frozen one accepts connections. */
const RESPONSE_DEADLINE = 2_000;
const AUTHORIZATION = `Basic ${Buffer.from(`restapi:${PASSWORD}`).toString('base64')}`;

/** A node as Patroni reports it. */
interface Member {
  name: string;
  role: string;
  state: string;
  timeline?: number;
  lag?: number | 'unknown';
}

/** Three nodes with the configuration of the project, and HAProxy in front of them. */
export class DatabaseCluster {
  readonly nodes: readonly ClusterNode[];
  readonly #port: number;
  readonly #folder: string;
  #haproxy: ChildProcess | undefined;

  private constructor(nodes: readonly ClusterNode[], port: number, folder: string) {
    this.nodes = nodes;
    this.#port = port;
    this.#folder = folder;
  }

  /** A cluster with free ports that is not started. */
  static async create(folder: string): Promise<DatabaseCluster> {
    const nodes: ClusterNode[] = [];
    for (const name of ['node-1', 'node-2', 'node-3'])
      nodes.push(new ClusterNode(name, await newPorts(), folder));
    return new DatabaseCluster(nodes, await freePort(), folder);
  }

  /** Starts the programs, waits until the cluster is complete, and creates a role and a database for the service. */
  async start(): Promise<void> {
    for (const node of this.nodes) node.start(this.nodes);
    this.#haproxy = startHaproxy(this.nodes, this.#port, this.#folder);
    await this.untilComplete();
    const url = this.#urlOf('postgres', this.#port);
    await query(url, `CREATE ROLE setlist LOGIN PASSWORD '${PASSWORD}'`);
    await query(url, 'CREATE DATABASE setlist OWNER setlist');
  }

  /** The database of the service, through HAProxy. */
  get url(): string {
    return `postgres://setlist:${PASSWORD}@127.0.0.1:${this.#port}/setlist`;
  }

  /** Runs a statement in the database of the service at one node. */
  queryNode<Row extends pg.QueryResultRow>({ ports }: ClusterNode, text: string): Promise<Row[]> {
    return query<Row>(this.#urlOf('setlist', ports.postgres), text);
  }

  async primary(): Promise<ClusterNode> {
    const member = (await this.#members()).find(({ role }) => role === 'leader');
    const node = this.nodes.find(({ name }) => name === member?.name);
    if (!node) throw new Error('The cluster has no primary');
    return node;
  }

  async standbys(): Promise<ClusterNode[]> {
    const primary = await this.primary();
    return this.nodes.filter((node) => node !== primary);
  }

  /** Makes a replica the primary, without a failure. */
  async switchover(): Promise<void> {
    const { name, ports } = await this.primary();
    const response = await fetch(`http://127.0.0.1:${ports.patroni}/switchover`, {
      method: 'POST',
      headers: { authorization: AUTHORIZATION },
      body: JSON.stringify({ leader: name }),
    });
    if (!response.ok) throw new Error(`The switchover failed: ${await response.text()}`);
  }

  /** Replaces the quorum by asynchronous replication, which loses commits. */
  async makeAsynchronous(): Promise<void> {
    const { ports } = await this.primary();
    const response = await fetch(`http://127.0.0.1:${ports.patroni}/config`, {
      method: 'PATCH',
      headers: { authorization: AUTHORIZATION },
      body: JSON.stringify({ synchronous_mode: false }),
    });
    if (!response.ok) throw new Error(`The change failed: ${await response.text()}`);
    await this.untilComplete('replica');
  }

  /**
   * Waits until there is a primary, and both other nodes replicate from it.
   *
   * @param role The role of the others.
   */
  async untilComplete(role = 'quorum_standby'): Promise<void> {
    const deadline = Date.now() + DEADLINE;
    let members: Member[] = [];
    while (Date.now() < deadline && !this.nodes.some(({ isBroken }) => isBroken)) {
      members = await this.#members();
      const [leader] = members.filter((member) => member.role === 'leader' && member.state === 'running');
      const others = members.filter((member) => member.role === role && member.state === 'streaming');
      const isCurrent = others.every(({ timeline }) => timeline === leader?.timeline);
      if (leader && others.length === this.nodes.length - 1 && isCurrent) return;
      await delay(200);
    }
    const logs = this.nodes.map(({ log }) => log).join('\n');
    throw new Error(`The cluster is not complete: ${JSON.stringify(members)}\n${logs}`);
  }

  /** Ends all programs. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    if (!this.#haproxy || this.#haproxy.exitCode !== null) return;
    this.#haproxy.kill('SIGTERM');
    await once(this.#haproxy, 'exit');
  }

  /** The nodes as the first one that responds reports them. */
  async #members(): Promise<Member[]> {
    for (const { ports } of this.nodes) {
      const signal = AbortSignal.timeout(RESPONSE_DEADLINE);
      const text = await fetch(`http://127.0.0.1:${ports.patroni}/cluster`, { signal })
        .then((response) => response.text())
        .catch(() => undefined);
      if (text !== undefined) return JSON.parse(text).members;
    }
    return [];
  }

  #urlOf(database: string, port: number): string {
    return `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${database}`;
  }
}

function startHaproxy(nodes: readonly ClusterNode[], port: number, folder: string): ChildProcess {
  const addresses = nodes.flatMap(({ ports }, index) => [
    [`NODE_${index + 1}`, `127.0.0.1:${ports.postgres}`],
    [`NODE_${index + 1}_PATRONI`, String(ports.patroni)],
  ]);
  const log = openSync(join(folder, 'haproxy.log'), 'w');
  const haproxy = spawn('haproxy', ['-db', '-f', CONFIGURATION], {
    env: {
      PATH: process.env.PATH,
      POSTGRESQL_BIND: `127.0.0.1:${port}`,
      ...Object.fromEntries(addresses),
    },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return haproxy;
}

async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'failover' });
  await client.connect();
  const { rows } = await client.query<Row>(text).finally(() => client.end());
  return rows;
}

// A PostgreSQL server behind a proxy that a test can interrupt.
import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';
import pg from 'pg';
import pino from 'pino';
import type { Test } from 'tap';
import { startEmbeddedPostgres } from '../../src/database/embedded/postgres.ts';
import { embeddedDatabase, onServer, testDatabase } from './database.ts';

export interface UnreliableServer {
  /** The environment of a service that uses it. */
  environment: Record<string, string>;
  /** Closes all connections and rejects new ones. */
  shut(): Promise<void>;
  open(): Promise<void>;
  /** Stops forwarding, as if the server hung: connections stay open, new ones are accepted, and no response arrives. */
  freeze(): void;
  /** Continues forwarding, including delayed data. */
  thaw(): Promise<void>;
}

interface Backend {
  address: NetConnectOpts;
  /** The rest of the URL, before and after the address. */
  credentials: string;
  database: string;
  poolMax: string;
  /** Resets the state of former connections. */
  reset(): Promise<void>;
}

/** Starts a proxy in front of a database on the tests' server, or of an embedded one. */
export async function unreliableServer(t: Test): Promise<UnreliableServer> {
  const { address, credentials, database, poolMax, reset } = await (onServer
    ? serverBackend(t)
    : embeddedBackend(t));
  const sockets = new Set<Socket>();
  const pairs = new Map<Socket, Socket>();
  let isFrozen = false;
  const door = createServer((incoming) => {
    const outgoing = connect(address);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        pairs.delete(from);
        to.destroy();
      });
      pairs.set(from, to);
      if (!isFrozen) from.pipe(to);
    }
  });
  const listen = (port: number) => new Promise<void>((resolve) => door.listen(port, '127.0.0.1', resolve));
  const shut = () =>
    new Promise<void>((resolve) => {
      door.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await listen(0);
  const bound = door.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  t.teardown(shut);
  return {
    environment: {
      DATABASE_URL: `postgres://${credentials}@127.0.0.1:${port}/${database}`,
      DB_POOL_MAX: poolMax,
    },
    shut,
    open: async () => {
      await reset();
      await listen(port);
    },
    freeze: () => {
      isFrozen = true;
      for (const [from, to] of pairs) from.unpipe(to);
    },
    thaw: async () => {
      // Connections to the embedded database do not survive a reset of their session.
      if (!onServer) for (const socket of sockets) socket.destroy();
      await reset();
      isFrozen = false;
      for (const [from, to] of pairs) from.pipe(to);
    },
  };
}

async function serverBackend(t: Test): Promise<Backend> {
  const { DATABASE_URL = '' } = await testDatabase(t);
  const { username, password, hostname, port, pathname } = new URL(DATABASE_URL);
  return {
    address: { host: hostname, port: Number(port) },
    credentials: password ? `${username}:${password}` : username,
    database: pathname.slice(1),
    poolMax: '4',
    reset: async () => {},
  };
}

/** All connections to the embedded database share a session, which must be reset after each connection. */
async function embeddedBackend(t: Test): Promise<Backend> {
  const { DATA_DIR = '' } = await embeddedDatabase(t);
  const { connection, stop } = await startEmbeddedPostgres(
    { dataDir: DATA_DIR, fsync: false, onRestart: async () => {} },
    pino({ level: 'silent' }),
  );
  t.teardown(stop);
  return {
    address: { path: `${connection.host}/.s.PGSQL.5432` },
    credentials: 'postgres',
    database: 'postgres',
    poolMax: '1',
    reset: async () => {
      const client = new pg.Client(connection);
      await client.connect();
      await client.query('DISCARD ALL');
      await client.end();
    },
  };
}

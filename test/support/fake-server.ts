// Implements just enough of PostgreSQL's protocol to reject clients.
import { createServer, type Server, type Socket } from 'node:net';
import type { Test } from 'tap';

/** Starts a server that responds to each start-up message with the given SQLSTATE, and returns its port. */
export async function refusingServer(t: Test, sqlstate: string): Promise<number> {
  const fields = Buffer.from(`SFATAL\0C${sqlstate}\0Mno, and the secret is hunter2\0\0`);
  const message = Buffer.concat([Buffer.from('E'), Buffer.alloc(4), fields]);
  message.writeInt32BE(fields.length + 4, 1);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(message));
  });
  return listen(t, server);
}

/** Listens until the end of the test, and returns the port. */
async function listen(t: Test, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Starts a server that completes each start-up and disconnects at the first statement, and returns its port. */
export async function unsteadyServer(t: Test): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), READY]));
      socket.once('data', () => socket.destroy());
    });
  });
  return listen(t, server);
}

export interface ReplicatedServer {
  port: number;
  /** From now on, new sessions are those of a primary. */
  promote(): void;
}

/** Starts a server that reports to each session that it is a standby, and completes each statement without rows. */
export async function standbyServer(t: Test): Promise<ReplicatedServer> {
  let isStandby = true;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      const state = Buffer.from(`in_hot_standby\0${isStandby ? 'on' : 'off'}\0`);
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), message('S', state), READY]));
      respond(socket);
    });
  });
  return {
    port: await listen(t, server),
    promote: () => {
      isStandby = false;
    },
  };
}

export interface SilentServer {
  port: number;
  /** The number of accepted connections. */
  connections(): number;
  /** From now on, completes each start-up, and each statement without rows. */
  respond(): void;
}

/** Starts a server that accepts connections and initially does not respond. */
export async function silentServer(t: Test): Promise<SilentServer> {
  let connections = 0;
  let responds = false;
  const server = createServer((socket) => {
    connections++;
    socket.on('error', () => {});
    socket.once('data', () => {
      if (!responds) return;
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), READY]));
      respond(socket);
    });
  });
  return {
    port: await listen(t, server),
    connections: () => connections,
    respond: () => {
      responds = true;
    },
  };
}

/** Completes each statement without rows. */
function respond(socket: Socket): void {
  socket.on('data', ([type]) => {
    if (type !== TERMINATE) socket.write(Buffer.concat([message('C', Buffer.from('SELECT 0\0')), READY]));
  });
}

/** A message of PostgreSQL's protocol: its type, its length, its content. */
function message(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

const READY = message('Z', Buffer.from('I'));
/** The first byte of a client's last message. */
const TERMINATE = 'X'.charCodeAt(0);

import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Session } from './session.ts';

/** Codes in place of a protocol version in the first message of a connection. */
const SSL_REQUEST = 80_877_103;
const GSS_ENCRYPTION_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;

const TERMINATE = 'X'.charCodeAt(0);

/**
 * Serves a session on a Unix socket, in PostgreSQL's protocol, to one client at a time: a new client replaces the
 * previous one and gets a reset session.
 *
 * A session has one transaction, one unnamed statement and one exchange. Interleaved messages of several clients would
 * corrupt each other, and a client that disconnects would leave its transaction to the next one.
 */
export class SessionServer {
  readonly #session: Session;
  readonly #server: Server;
  #client: Socket | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** @param path The path of the socket; the socket of a killed process is removed. */
  async listen(path: string): Promise<void> {
    rmSync(path, { force: true });
    this.#server.listen(path);
    await once(this.#server, 'listening');
  }

  /** Disconnects the client and removes the socket. */
  close(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    let received: Buffer = Buffer.alloc(0);
    // 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => this.#disconnect(socket));
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      socket.cork();
      while (!socket.destroyed) {
        const started = socket === this.#client;
        const length = messageLength(received, started);
        if (length > received.length) break;
        const message = received.subarray(0, length);
        received = received.subarray(length);
        if (started) this.#execute(message, socket);
        else this.#start(message, socket);
      }
      socket.uncork();
    });
  }

  #start(message: Buffer, socket: Socket): void {
    const code = message.readInt32BE(4);
    if (code === SSL_REQUEST || code === GSS_ENCRYPTION_REQUEST) {
      socket.write('N');
    } else if (code === CANCEL_REQUEST) {
      // The thread reads this after the statement has completed: there is nothing to cancel.
      socket.destroy();
    } else {
      const before = this.#client;
      if (before) {
        this.#disconnect(before);
        before.destroy();
      }
      this.#client = socket;
      socket.write(this.#session.start(message));
    }
  }

  #execute(message: Buffer, socket: Socket): void {
    if (message[0] === TERMINATE) socket.end();
    else socket.write(this.#session.execute(message));
  }

  #disconnect(socket: Socket): void {
    if (socket !== this.#client) return;
    this.#client = undefined;
    this.#session.reset();
  }
}

/** The length of the first message in bytes, including its type; more than available if it is incomplete. */
function messageLength(bytes: Buffer, hasType: boolean): number {
  const [offset, shortest] = hasType ? [1, 4] : [0, 8];
  if (bytes.length < offset + 4) return offset + shortest;
  return offset + Math.max(shortest, bytes.readInt32BE(offset));
}

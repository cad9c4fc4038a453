import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../database/batching/batcher.ts';

class RequestCaller implements Caller {
  readonly #socket: Socket;
  readonly deadline: number;

  constructor(socket: Socket, timeout: number) {
    this.#socket = socket;
    this.deadline = performance.now() + timeout;
  }

  isDisconnected(): boolean {
    return this.#socket.destroyed;
  }
}

/**
 * The client of a request as the caller of statements. Its deadline counts from this call: make it once per request,
 * and pass it to each statement.
 *
 * @param timeout How long it waits for the database, in milliseconds; by default `REQUEST_DEADLINE_MS`.
 */
export const callerOf = (request: FastifyRequest, timeout = request.server.requestDeadline): Caller =>
  new RequestCaller(request.socket, timeout);

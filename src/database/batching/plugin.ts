import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { BatchTracer } from './batcher-options.ts';
import { Batching } from './batching.ts';
import type { Caller } from './group.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Coalesces concurrent statements of the repositories. */
    batching: Batching;
    /** The maximum time that a request waits for the database, in milliseconds. */
    requestDeadline: number;
  }
}

export interface BatchingPluginOptions {
  enabled: boolean;
  /** Undefined: there are no traces. */
  tracer?: BatchTracer | undefined;
  requestDeadline: number;
}

/**
 * Batches statements on the pools; a stop waits until every accepted statement has its result, and logs the counts
 * of the batches.
 */
export const batching = fp<BatchingPluginOptions>(
  async (app, { enabled, tracer, requestDeadline }) => {
    app.decorate('requestDeadline', requestDeadline);
    app.decorate(
      'batching',
      new Batching({
        enabled,
        tracer,
        connections: app.database.connections,
        listConnections: app.listDatabase.connections,
      }),
    );
    app.addHook('onClose', async () => {
      await app.batching.drain();
      if (enabled) app.log.info({ batches: app.batching.counts() }, 'Batches');
    });
  },
  { name: 'batching', dependencies: ['database'] },
);

class RequestCaller implements Caller {
  readonly #socket: Socket;
  readonly deadline: number;
  readonly trace: Caller['trace'];

  constructor({ socket, trace }: FastifyRequest, timeout: number) {
    this.#socket = socket;
    this.trace = trace;
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
 * @param timeout The maximum wait for the database, in milliseconds; by default `REQUEST_DEADLINE_MS`.
 */
export const callerOf = (request: FastifyRequest, timeout = request.server.requestDeadline): Caller =>
  new RequestCaller(request, timeout);

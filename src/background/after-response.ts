import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { Unavailable } from '../http/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Runs a function after the response, in this process. It is lost if the process is killed before; errors are logged, and a
     * stop waits for it.
     *
     * @throws {ServiceError} 503 if too many functions are waiting or running.
     */
    afterResponse(run: () => unknown): void;
    /** The response of Node.js. */
    rawResponse: ServerResponse | null;
  }
}

/** The largest number of functions that wait for their responses or run. */
const MAX_PENDING = 1_000;
/** The time in milliseconds that a stop waits for them. */
const STOP_TIMEOUT = 1_500;

/** Provides `request.afterResponse()`. */
export const afterResponse = fp(
  async (app) => {
    const running = new Set<Promise<void>>();
    let pending = 0;

    const start = (request: FastifyRequest, run: () => unknown) => {
      const done = Promise.resolve()
        .then(run)
        .catch((err) => request.log.error({ err }, 'Work after a response failed'))
        .then(() => {
          pending--;
          running.delete(done);
        });
      running.add(done);
    };

    app.decorateRequest('rawResponse', null);
    app.addHook('onRequest', (request, { raw }, done) => {
      request.rawResponse = raw;
      done();
    });
    app.decorateRequest(
      'afterResponse',
      function afterResponse(this: FastifyRequest, run: () => unknown): void {
        if (pending >= MAX_PENDING) throw new Unavailable();
        pending++;
        const { rawResponse: response } = this;
        // Also closed without a response, if the client has disconnected.
        if (!response || response.destroyed || response.closed) start(this, run);
        else response.once('close', () => start(this, run));
      },
    );
    app.addHook('onClose', async () => {
      const patience = new AbortController();
      const timeout = delay(STOP_TIMEOUT, undefined, { signal: patience.signal }).catch(() => {});
      await Promise.race([Promise.all(running), timeout]);
      patience.abort();
      if (pending > 0) app.log.warn({ pending }, 'Work after responses was not finished');
    });
  },
  { name: 'after-response' },
);

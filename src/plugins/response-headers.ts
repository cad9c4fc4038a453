import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';

/** Gives every answer `X-Request-Id` and `X-Process-Time`, the seconds that it took, with four decimals. */
export const responseHeaders = fp(
  async (app) => {
    app.addHook('onSend', (request, reply, payload, done) => {
      setResponseHeaders(request, reply);
      done(null, payload);
    });
  },
  { name: 'response-headers' },
);

/** Does the same for an answer that is given before there is a route, and so without hooks. */
export function setResponseHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id);
  reply.header('x-process-time', (reply.elapsedTime / 1000).toFixed(4));
}

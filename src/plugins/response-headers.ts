import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';

/**
 * Gives every answer `X-Request-Id` and `X-Process-Time`, the seconds that it took, with four decimals. While the
 * service stops, each answer is the last one on its connection.
 */
export const responseHeaders = fp(
  async (app) => {
    let closing = false;
    app.addHook('preClose', async () => {
      closing = true;
    });
    app.addHook('onSend', (request, reply, payload, done) => {
      setResponseHeaders(request, reply);
      // A connection that is kept alive would hold up the stop until it times out.
      if (closing) reply.header('connection', 'close');
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

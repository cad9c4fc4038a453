import fp from 'fastify-plugin';
import { logDisconnect } from '../logging/request-log.ts';

/**
 * Gives every response `X-Request-Id` and `X-Process-Time`, the seconds that it took, with four decimals. While the
 * service stops, each response is the last one on its connection.
 */
export const responseHeaders = fp(
  async (app) => {
    app.addHook('onSend', (request, reply, payload, done) => {
      reply.header('x-request-id', request.id);
      reply.header('x-process-time', (reply.elapsedTime / 1000).toFixed(4));
      if (request.socket.destroyed) logDisconnect(request, reply);
      // A connection that is kept alive would hold up the stop until it times out.
      if (app.lifecycle.isStopping) reply.header('connection', 'close');
      done(null, payload);
    });
  },
  { name: 'response-headers', dependencies: ['lifecycle'] },
);

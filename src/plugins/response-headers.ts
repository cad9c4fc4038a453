import fp from 'fastify-plugin';

/** Gives every answer `X-Request-Id` and `X-Process-Time`, the seconds that it took, with four decimals. */
export const responseHeaders = fp(
  async (app) => {
    app.addHook('onSend', (request, reply, payload, done) => {
      reply.header('x-request-id', request.id);
      reply.header('x-process-time', (reply.elapsedTime / 1000).toFixed(4));
      done(null, payload);
    });
  },
  { name: 'response-headers' },
);

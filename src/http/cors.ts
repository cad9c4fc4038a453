import fp from 'fastify-plugin';
import { headersWith } from './headers.ts';

const COMMON = {
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': headersWith(({ isExposed }) => isExposed)
    .sort()
    .join(', '),
};

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': headersWith(({ isAllowed }) => isAllowed)
    .sort()
    .join(', '),
  'access-control-max-age': '600',
};

/**
 * Allows pages of the configured origins to use the service, with credentials. A request without `Origin` is not a
 * cross-origin request and gets no CORS headers. `Vary: Origin` is a default header, and the method-routing plugin sends
 * the response to a preflight, with its `Allow`.
 */
export const cors = fp<{ origins: readonly string[] }>(
  async (app, { origins }) => {
    app.addHook('onRequest', (request, reply, done) => {
      const { origin } = request.headers;
      if (origin !== undefined) {
        if (origins.includes(origin)) reply.header('access-control-allow-origin', origin);
        reply.headers(COMMON);
        if (request.method === 'OPTIONS') reply.headers(PREFLIGHT);
      }
      done();
    });
  },
  { name: 'cors', dependencies: ['response-headers'] },
);

import fastifyCors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import fp from 'fastify-plugin';

/**
 * Lets browsers on the configured origins use the service, with credentials. A request without `Origin` is not a
 * cross-origin request of a page: it gets no CORS headers. `Vary: Origin` is one of the default headers.
 */
export const cors = fp<{ origins: readonly string[] }>(
  async (app, { origins }) => {
    const options: FastifyCorsOptions = {
      origin: [...origins],
      credentials: true,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: ['Accept', 'Content-Type', 'If-Match', 'If-None-Match', 'X-Request-Id'],
      exposedHeaders: [
        'Accept-Patch',
        'Allow',
        'ETag',
        'Link',
        'Location',
        'Retry-After',
        'X-Process-Time',
        'X-Request-Id',
        'X-Total-Count',
      ],
      maxAge: 600,
      strictPreflight: false,
      // The answer itself, with its Allow, comes from the method-routing plugin.
      preflightContinue: true,
    };
    await new Promise<void>((resolve, reject) => {
      fastifyCors(withHooksForOrigins(app), options, (error) => (error ? reject(error) : resolve()));
    });
  },
  { name: 'cors', dependencies: ['default-headers'] },
);

/** The same application to a plugin, but the hook that it adds runs only for requests that name an origin. */
function withHooksForOrigins(app: FastifyInstance): FastifyInstance {
  const addHook = (name: 'onRequest', hook: onRequestHookHandler) =>
    app.addHook(name, function (request, reply, done) {
      if (request.headers.origin !== undefined) return hook.call(this, request, reply, done);
      done();
    });
  return Object.create(app, { addHook: { value: addHook } });
}

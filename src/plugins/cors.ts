import fastifyCors from '@fastify/cors';
import fp from 'fastify-plugin';

/** Lets browsers on the configured origins use the service, with credentials. */
export const cors = fp<{ origins: readonly string[] }>(
  async (app, { origins }) => {
    await app.register(fastifyCors, {
      origin: [...origins],
      credentials: true,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: ['Accept', 'Content-Type', 'If-Match', 'If-None-Match', 'X-Request-Id'],
      exposedHeaders: [
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
    });
  },
  { name: 'cors' },
);

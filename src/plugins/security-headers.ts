import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';

/** Sets the headers that harden browsers. JSON needs no rights at all; the docs pages bring a policy of their own. */
export const securityHeaders = fp(
  async (app) => {
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      },
    });
  },
  { name: 'security-headers' },
);

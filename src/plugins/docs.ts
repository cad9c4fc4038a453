import swaggerUi from '@fastify/swagger-ui';
import fp from 'fastify-plugin';

export const docs = fp(
  async (app) => {
    await app.register(swaggerUi, { routePrefix: '/docs' });
  },
  { name: 'docs', dependencies: ['openapi'] },
);

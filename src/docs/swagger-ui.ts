import swaggerUi from '@fastify/swagger-ui';
import fp from 'fastify-plugin';
import { pathUnderBase } from '../http/base-path.ts';
import { pageAsset } from './page-assets.ts';
import { pagePolicy } from './page-policy.ts';

/** A file of `src/docs/pages/`, as the plugin takes it. */
const themed = (filename: string) => ({ filename, content: pageAsset(filename) });

/** Serves Swagger UI at `/docs`, all of it from here, and sends whoever comes to `/` there. */
export const docs = fp(
  async (app) => {
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      uiHooks: {
        onRequest: (_request, reply, next) => {
          reply.header('cache-control', 'no-cache');
          next();
        },
      },
      staticCSP: pagePolicy({ 'style-src': "'self'" }),
      theme: {
        title: 'Setlist API',
        css: ['swagger-ui.css', 'swagger-ui-contrast.css'].map(themed),
        js: [themed('dark-mode.js')],
        favicon: [{ ...themed('favicon.svg'), rel: 'icon', type: 'image/svg+xml', sizes: 'any' }],
      },
      uiConfig: {
        // Without the top bar: it asks for the address of a document, and its logo needs inline styles.
        layout: 'BaseLayout',
        deepLinking: true,
        tryItOutEnabled: true,
        displayRequestDuration: true,
        // The operations first: the list of schemas is closed, and a schema opens with all its fields.
        defaultModelsExpandDepth: 0,
        defaultModelExpandDepth: 3,
      },
    });

    app.get('/', { schema: { hide: true } }, async (request, reply) =>
      reply.redirect(pathUnderBase(request.originalUrl, '/docs')),
    );
  },
  { name: 'docs', dependencies: ['openapi', 'default-headers'] },
);

import swaggerUi from '@fastify/swagger-ui';
import fp from 'fastify-plugin';
import { pathUnderBase } from '../http/base-path.ts';
import { pageAsset } from './page-assets.ts';
import { pagePolicy } from './page-policy.ts';

/** A file of `src/docs/pages/` in the format of the plugin. */
const themed = (filename: string) => ({ filename, content: pageAsset(filename) });

/** Serves Swagger UI with all its assets at `/docs`, and redirects `/` to it. */
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
        // Without the top bar: it is a form for the URL of another document, and its logo needs inline styles.
        layout: 'BaseLayout',
        deepLinking: true,
        tryItOutEnabled: true,
        displayRequestDuration: true,
        // The list of schemas is collapsed, and a schema expands with all its fields.
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

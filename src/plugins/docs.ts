import swaggerUi from '@fastify/swagger-ui';
import fp from 'fastify-plugin';
import { pathUnderBase } from '../http/base-path.ts';
import { pagePolicy } from '../http/page-policy.ts';

/** Swagger UI has a dark mode but, without its top bar, nothing that switches it on. */
const DARK_MODE = `const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
`;

/** Serves Swagger UI at `/docs`, all of it from here, and sends whoever comes to `/` there. */
export const docs = fp(
  async (app) => {
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: pagePolicy({ 'style-src': "'self'" }),
      theme: { title: 'Setlist API', js: [{ filename: 'dark-mode.js', content: DARK_MODE }] },
      uiConfig: {
        // Without the top bar: it asks for the address of a document, and its logo needs inline styles.
        layout: 'BaseLayout',
        deepLinking: true,
        tryItOutEnabled: true,
        displayRequestDuration: true,
      },
    });

    app.get('/', { schema: { hide: true } }, async (request, reply) =>
      reply.redirect(pathUnderBase(request.originalUrl, '/docs')),
    );
  },
  { name: 'docs', dependencies: ['openapi', 'security-headers'] },
);

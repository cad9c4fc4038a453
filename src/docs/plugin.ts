import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import serveStatic from '@fastify/static';
import swaggerUi from '@fastify/swagger-ui';
import fp from 'fastify-plugin';
import { pathUnderBase } from '../http/request-target.ts';
import { packageRoot } from '../package.ts';

/** The folder of the built assets of the docs pages. */
const PAGE_ASSETS = join(packageRoot, 'dist', 'public');

/** The text of an asset from `src/docs/pages/`. */
const pageAsset = (name: string): string => readFileSync(join(PAGE_ASSETS, name), 'utf8');

/** The directives of all docs pages. No other origin is allowed. */
const common = {
  'default-src': "'none'",
  'script-src': "'self'",
  'connect-src': "'self'",
  'img-src': "'self' data:",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** The `Content-Security-Policy` of a page; the policy of the API allows nothing. */
const pagePolicy = (directives: Readonly<Record<string, string>>): string =>
  Object.entries({ ...common, ...directives })
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');

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
  { name: 'docs', dependencies: ['openapi', 'response-headers'] },
);

const REDOC_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Setlist API</title>
    <link rel="icon" type="image/svg+xml" href="/redoc/favicon.svg">
    <link rel="stylesheet" href="/redoc/redoc.css">
  </head>
  <body>
    <div id="redoc"></div>
    <script src="/redoc/redoc.standalone.js"></script>
    <script src="/redoc/redoc.js"></script>
  </body>
</html>
`;

const REDOC_ASSETS = ['favicon.svg', 'redoc.css', 'redoc.js', 'redoc.standalone.js'];

const sha256 = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The only allowed inline styles: the empty elements of ReDoc's styled components, and the rules of ReDoc's scrollbars.
 * A new release of ReDoc may change them: `npm run test:browser` fails then.
 */
const REDOC_STYLES = ["'self'", sha256(''), "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"];

/** Serves ReDoc with all its assets at `/redoc`. */
export const redoc = fp(
  async (app) => {
    await app.register(
      async (scope) => {
        const policy = pagePolicy({ 'style-src': REDOC_STYLES.join(' '), 'worker-src': 'blob:' });
        scope.addHook('onRequest', async (_request, reply) => {
          reply.header('cache-control', 'no-cache');
        });
        scope.addHook('onSend', async (_request, reply) => {
          reply.header('content-security-policy', policy);
        });

        await scope.register(serveStatic, { root: PAGE_ASSETS, serve: false });
        scope.get('/', { schema: { hide: true } }, async (_request, reply) =>
          reply.type('text/html; charset=utf-8').send(REDOC_PAGE),
        );
        for (const asset of REDOC_ASSETS) {
          scope.get(`/${asset}`, { schema: { hide: true } }, async (_request, reply) =>
            reply.sendFile(asset),
          );
        }
      },
      { prefix: '/redoc' },
    );
  },
  { name: 'redoc', dependencies: ['openapi', 'response-headers'] },
);

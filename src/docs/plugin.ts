import { createHash } from 'node:crypto';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { pathUnderBase } from '../http/request-target.ts';
import { Assets, assetText } from './assets.ts';

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
const themed = (filename: string) => ({ filename, content: assetText(filename) });

const SWAGGER_UI = '/docs';
const SWAGGER_UI_POLICY = pagePolicy({ 'style-src': "'self'" });

/** The large files of Swagger UI, by path. They replace those of the plugin, which are not compressed. */
const SWAGGER_UI_FILES = Object.fromEntries(
  ['index.css', 'swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js'].map((file) => [
    `${SWAGGER_UI}/static/${file}`,
    `swagger-ui/${file}`,
  ]),
);

/** Serves Swagger UI with all its assets at `/docs`, and redirects `/` to it. */
export const docs = fp(
  async (app) => {
    const assets = new Assets();
    await app.register(async (scope) => {
      scope.addHook('onSend', async (_request, reply) => {
        reply.header('content-security-policy', SWAGGER_UI_POLICY);
      });
      await assets.serve(scope, SWAGGER_UI_FILES);
    });
    await app.register(async (scope) => {
      scope.addHook('onSend', async (_request, reply, payload) =>
        typeof payload === 'string' && String(reply.getHeader('content-type')).startsWith('text/html')
          ? withVersions(payload, assets)
          : payload,
      );
      await registerSwaggerUi(scope);
    });

    app.get('/', { schema: { hide: true } }, async (request, reply) =>
      reply.redirect(pathUnderBase(request.originalUrl, SWAGGER_UI)),
    );
  },
  { name: 'docs', dependencies: ['openapi', 'response-headers'] },
);

/** The page, with the versions of its files in their URLs. */
function withVersions(page: string, assets: Assets): string {
  return page.replaceAll(/"([^"]*\/static\/([\w.-]+))"/g, (quoted, url: string, name: string) => {
    const file = SWAGGER_UI_FILES[`${SWAGGER_UI}/static/${name}`];
    return file === undefined ? quoted : `"${assets.versionedUrl(url, file)}"`;
  });
}

async function registerSwaggerUi(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: SWAGGER_UI,
    uiHooks: {
      onRequest: (_request, reply, next) => {
        reply.header('cache-control', 'no-cache');
        next();
      },
    },
    staticCSP: SWAGGER_UI_POLICY,
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
}

/** @param urlOf Returns the URL of an asset. */
const redocPage = (urlOf: (file: string) => string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Setlist API</title>
    <link rel="icon" type="image/svg+xml" href="${urlOf('favicon.svg')}">
    <link rel="stylesheet" href="${urlOf('redoc.css')}">
  </head>
  <body>
    <div id="redoc"></div>
    <script src="${urlOf('redoc.standalone.js')}"></script>
    <script src="${urlOf('redoc.js')}"></script>
  </body>
</html>
`;

/** By path. */
const REDOC_FILES = Object.fromEntries(
  ['favicon.svg', 'redoc.css', 'redoc.js', 'redoc.standalone.js'].map((file) => [`/${file}`, file]),
);

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

        const assets = new Assets();
        const page = redocPage((file) => assets.versionedUrl(`/redoc/${file}`, file));
        scope.get('/', { schema: { hide: true } }, async (_request, reply) =>
          reply.type('text/html; charset=utf-8').send(page),
        );
        await assets.serve(scope, REDOC_FILES);
      },
      { prefix: '/redoc' },
    );
  },
  { name: 'redoc', dependencies: ['openapi', 'response-headers'] },
);

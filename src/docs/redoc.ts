import { createHash } from 'node:crypto';
import serveStatic from '@fastify/static';
import fp from 'fastify-plugin';
import { PAGE_ASSETS } from './page-assets.ts';
import { pagePolicy } from './page-policy.ts';

const PAGE = `<!doctype html>
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

const ASSETS = ['favicon.svg', 'redoc.css', 'redoc.js', 'redoc.standalone.js'];

const sha256 = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The only allowed inline styles: the empty elements of ReDoc's styled components, and the rules of ReDoc's scrollbars.
 * A new release of ReDoc may change them: `npm run test:browser` fails then.
 */
const STYLES = ["'self'", sha256(''), "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"];

/** Serves ReDoc with all its assets at `/redoc`. */
export const redoc = fp(
  async (app) => {
    await app.register(
      async (scope) => {
        const policy = pagePolicy({ 'style-src': STYLES.join(' '), 'worker-src': 'blob:' });
        scope.addHook('onRequest', async (_request, reply) => {
          reply.header('cache-control', 'no-cache');
        });
        scope.addHook('onSend', async (_request, reply) => {
          reply.header('content-security-policy', policy);
        });

        await scope.register(serveStatic, { root: PAGE_ASSETS, serve: false });
        scope.get('/', { schema: { hide: true } }, async (_request, reply) =>
          reply.type('text/html; charset=utf-8').send(PAGE),
        );
        for (const asset of ASSETS) {
          scope.get(`/${asset}`, { schema: { hide: true } }, async (_request, reply) =>
            reply.sendFile(asset),
          );
        }
      },
      { prefix: '/redoc' },
    );
  },
  { name: 'redoc', dependencies: ['openapi', 'default-headers'] },
);

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import serveStatic from '@fastify/static';
import fp from 'fastify-plugin';
import { pagePolicy } from '../http/page-policy.ts';
import { packageRoot } from '../package.ts';

const STYLE = 'body { margin: 0 }';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Setlist API</title>
    <link rel="icon" href="data:,">
    <style>${STYLE}</style>
  </head>
  <body>
    <redoc spec-url="/openapi.json"></redoc>
    <script src="/redoc/redoc.standalone.js"></script>
  </body>
</html>
`;

const sha256 = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The only inline styles that may be on the page: its own, the empty elements that ReDoc's styled components fill by
 * script, and the rules of ReDoc's scrollbars. These change, if ever, with the release of ReDoc: look at the
 * browser's console after an update.
 */
const STYLES = [sha256(STYLE), sha256(''), "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"];

/** Serves ReDoc at `/redoc`, all of it from here. Its page script starts by itself on the `redoc` element. */
export const redoc = fp(
  async (app) => {
    await app.register(
      async (scope) => {
        const policy = pagePolicy({ 'style-src': STYLES.join(' '), 'worker-src': 'blob:' });
        scope.addHook('onSend', async (_request, reply) => {
          reply.header('content-security-policy', policy);
        });

        await scope.register(serveStatic, { root: join(packageRoot, 'dist', 'public'), serve: false });
        scope.get('/', { schema: { hide: true } }, async (_request, reply) =>
          reply.type('text/html; charset=utf-8').send(PAGE),
        );
        scope.get('/redoc.standalone.js', { schema: { hide: true } }, async (_request, reply) =>
          reply.sendFile('redoc.standalone.js'),
        );
      },
      { prefix: '/redoc' },
    );
  },
  { name: 'redoc', dependencies: ['openapi', 'security-headers'] },
);

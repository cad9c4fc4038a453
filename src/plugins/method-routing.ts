import fp from 'fastify-plugin';
import createRouter from 'find-my-way';
import { ServiceError } from '../errors/service-error.ts';
import { requestFault } from '../http/request-checks.ts';

/**
 * Answers what no route takes: 405 with the exact `Allow` where the path is known, 404 where it is not, and
 * OPTIONS with the same `Allow`. It does so before a body is read, for every method that Node can parse, and
 * without a hidden route for each of them.
 */
export const methodRouting = fp(
  async (app) => {
    const paths = createRouter();
    const methodsByPath = new Map<string, Set<string>>();

    app.addHook('onRoute', ({ url, method }) => {
      if (url === '*') return;
      const methods = methodsByPath.get(url) ?? new Set(['OPTIONS']);
      if (!methodsByPath.has(url)) paths.on('GET', url, () => {}, methods);
      methodsByPath.set(url, methods);
      for (const name of [method].flat()) methods.add(name);
    });

    app.addHook('onRequest', (request, reply, done) => {
      if (!request.is404 && request.method !== 'OPTIONS') return done();
      const fault = requestFault(request.raw);
      if (fault) return done(new ServiceError(fault, { headers: { connection: 'close' } }));
      const path = request.url.split('?', 1)[0] ?? '/';
      const methods: Set<string> | undefined = paths.find('GET', path)?.store;
      if (!methods) return done(new ServiceError('not_found'));
      const allow = [...methods].sort().join(', ');
      if (request.method !== 'OPTIONS')
        return done(new ServiceError('method_not_allowed', { headers: { allow } }));
      reply.code(204).header('allow', allow).send();
    });
  },
  { name: 'method-routing', dependencies: ['errors'] },
);

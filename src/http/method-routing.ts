import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import createRouter from 'find-my-way';
import { MethodNotAllowed, NotFound } from './errors.ts';
import { requestFault } from './request-target.ts';
import { ACCEPT_PATCH } from './requests.ts';

/** The maximum length of a request line: the validator rejects parameters that are too long for their schema. */
export const MAX_PARAM_LENGTH = 16_384;

/**
 * Handles requests without a route: 405 with the exact `Allow` for known paths, 404 for unknown ones, and OPTIONS with the
 * same `Allow`, and with `Accept-Patch` if PATCH is one of the methods (RFC 5789, 3.1). A path with an empty parameter,
 * such as `/songs/`, is unknown. It responds before a body is read, for every method that Node can parse, and without a
 * hidden route for each of them.
 */
export const methodRouting = fp(
  async (app) => {
    const paths = createRouter({ maxParamLength: MAX_PARAM_LENGTH });
    const methodsByPath = new Map<string, Set<string>>();

    app.addHook('onRoute', ({ url, method }) => {
      const methods = methodsByPath.get(url) ?? new Set(['OPTIONS']);
      if (!methodsByPath.has(url)) paths.on('GET', url, () => {}, methods);
      methodsByPath.set(url, methods);
      for (const name of [method].flat()) methods.add(name);
    });

    /** The fixed last segments beside a parameter, by the route of the parameter: `export` beside `/songs/:id`. */
    const fixedSegments = new Map<string, Set<unknown>>();
    app.addHook('onReady', (done) => {
      for (const route of methodsByPath.keys()) {
        const [, parent] = /^(.*\/):[^/]+$/.exec(route) ?? [];
        if (parent === undefined) continue;
        const fixed = [...methodsByPath.keys()]
          .filter((path) => path.startsWith(parent) && /^[^/:*]+$/.test(path.slice(parent.length)))
          .map((path) => path.slice(parent.length));
        if (fixed.length > 0) fixedSegments.set(route, new Set(fixed));
      }
      done();
    });

    /** Whether the route of a request takes a fixed path for a parameter, because the path has no route for the method. */
    const isShadowed = ({ routeOptions: { url = '' }, params }: FastifyRequest): boolean =>
      fixedSegments.get(url)?.has(Object.values(Object(params)).at(-1)) ?? false;

    /** The methods of a path, undefined for an unknown one; `*` means the whole service (RFC 9110, 9.3.7). */
    const methodsOf = (path: string): Set<string> | undefined => {
      if (path === '*') return new Set([...methodsByPath.values()].flatMap((methods) => [...methods]));
      const known = paths.find('GET', path);
      return known && !hasEmptyValue(known.params) ? known.store : undefined;
    };

    app.addHook('onRequest', (request, reply, done) => {
      if (!request.is404 && request.method !== 'OPTIONS' && !isShadowed(request))
        return done(hasEmptyValue(request.params) ? new NotFound() : undefined);
      const Fault = requestFault(request.raw);
      if (Fault) return done(new Fault({ headers: { connection: 'close' } }));
      const methods = methodsOf(request.url.split('?', 1)[0] ?? '/');
      if (!methods) return done(new NotFound());
      const allow = [...methods].sort().join(', ');
      if (request.method !== 'OPTIONS') return done(new MethodNotAllowed({ headers: { allow } }));
      if (methods.has('PATCH')) reply.header('accept-patch', ACCEPT_PATCH);
      reply.code(204).header('allow', allow).send();
    });
  },
  { name: 'method-routing', dependencies: ['errors'] },
);

const hasEmptyValue = (parameters: unknown): boolean => Object.values(Object(parameters)).includes('');

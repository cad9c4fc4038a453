import fp from 'fastify-plugin';
import { acceptedMediaTypes, JSON_MEDIA_TYPE, PROBLEM_MEDIA_TYPE } from '../errors/representation.ts';
import { NotAcceptable } from './errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The media types of the response, besides those of errors; by default JSON. */
    mediaTypes?: readonly string[];
  }
}

/**
 * Rejects requests that do not accept a media type of their operation with 406, in the route group that registers it. Problems are only
 * sent for errors, but `Accept: application/problem+json` alone is accepted.
 */
export const contentNegotiation = fp(
  async (app) => {
    app.addHook('onRequest', (request, _reply, done) => {
      const { accept } = request.headers;
      done(accepts(accept, request.routeOptions.config.mediaTypes) ? undefined : new NotAcceptable());
    });
  },
  { name: 'content-negotiation' },
);

function accepts(accept: string | undefined, mediaTypes: readonly string[] = [JSON_MEDIA_TYPE]): boolean {
  if (accept === undefined || accept === '*/*' || accept === mediaTypes[0]) return true;
  return acceptedMediaTypes(accept, [...mediaTypes, PROBLEM_MEDIA_TYPE]).length > 0;
}

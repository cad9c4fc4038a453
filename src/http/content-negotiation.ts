import fp from 'fastify-plugin';
import { acceptedMediaTypes } from '../errors/representation.ts';
import { NotAcceptable } from './errors.ts';

/**
 * Rejects requests that do not accept JSON with 406, in the route group that registers it. Problems are only sent for
 * errors, but `Accept: application/problem+json` alone is accepted.
 */
export const contentNegotiation = fp(
  async (app) => {
    app.addHook('onRequest', (request, _reply, done) => {
      done(accepts(request.headers.accept) ? undefined : new NotAcceptable());
    });
  },
  { name: 'content-negotiation' },
);

function accepts(accept: string | undefined): boolean {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return true;
  return acceptedMediaTypes(accept).length > 0;
}

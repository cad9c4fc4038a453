import fp from 'fastify-plugin';
import Negotiator from 'negotiator';
import { PROBLEM_MEDIA_TYPE } from '../errors/representation.ts';
import { ServiceError } from '../errors/service-error.ts';

/** What a client may ask for: the second is only sent for errors, and asking for it alone is no fault. */
const OFFERED = ['application/json', PROBLEM_MEDIA_TYPE];

/** Refuses, with 406, requests whose `Accept` leaves out JSON, in the route group that registers it. */
export const contentNegotiation = fp(
  async (app) => {
    app.addHook('onRequest', (request, _reply, done) => {
      const { accept } = request.headers;
      done(accept === undefined || accepts(accept) ? undefined : new ServiceError('not_acceptable'));
    });
  },
  { name: 'content-negotiation' },
);

function accepts(accept: string): boolean {
  if (accept === '*/*' || accept === 'application/json') return true;
  return new Negotiator({ headers: { accept } }).mediaTypes(OFFERED).length > 0;
}

import type { FastifySchema } from 'fastify';
import { ref } from '../../../schemas/ref.ts';
import { Health, Readiness } from '../../../schemas/service.ts';
import { Unavailable } from '../../http/errors.ts';
import { errorResponses, occurrence } from '../../openapi/error-responses.ts';
import { jsonResponse } from '../../openapi/responses.ts';

/** Probes accept any query and any `Accept`: a probe must not fail because of either. */
const all = { tags: ['service'], security: [] };

/** A reason why the service is not ready. */
export const notReadyDetail = (part: string, msg: string) => ({ type: 'not_ready', loc: [part], msg });

/** The detail of the error, and of its example, if the database does not respond. */
export const databaseNotReady = notReadyDetail('database', 'The database does not respond');

export const issuerNotReady = notReadyDetail(
  'issuer',
  'The keys of the issuer of tokens were not loaded yet',
);

const notReady = occurrence(Unavailable, {
  name: 'NotReady',
  details: [databaseNotReady],
});

export const getHealth = {
  ...all,
  operationId: 'getHealth',
  summary: 'Check that the process is alive',
  description: 'Responds while the process runs, independently of the database.',
  response: { 200: jsonResponse('The process is alive', ref(Health)), ...errorResponses() },
} satisfies FastifySchema;

export const getReadiness = {
  ...all,
  operationId: 'getReadiness',
  summary: 'Check that the service is ready for requests',
  description:
    'Queries the database. The response is 503 while the service is stopping, the database does not respond, or the keys of the configured issuer were not loaded yet.',
  response: {
    200: jsonResponse('The service is ready for requests', ref(Readiness)),
    ...errorResponses(notReady),
  },
} satisfies FastifySchema;

import type { FastifySchema } from 'fastify';
import { ref } from '../../../schemas/ref.ts';
import { Health, Readiness } from '../../../schemas/service.ts';
import { Unavailable } from '../../http/errors.ts';
import { errorAnswers, occurrence } from '../../openapi/error-responses.ts';
import { answer } from '../../openapi/responses.ts';

/** Probes take any query and any `Accept`: a prober that adds either learns about the service all the same. */
const all = { tags: ['service'], security: [] };

/** Why the service is not ready. */
export const notReadyDetail = (part: string, msg: string) => ({ type: 'not_ready', loc: [part], msg });

/** The database does not answer: as an error, and as its example. */
export const databaseNotReady = notReadyDetail('database', 'The database does not answer');

const notReady = occurrence(Unavailable, {
  name: 'NotReady',
  details: [databaseNotReady],
});

export const getHealth = {
  ...all,
  operationId: 'getHealth',
  summary: 'Check that the process is alive',
  description: 'Answers as long as the process runs, whatever the database does.',
  response: { 200: answer('The process is alive', ref(Health)), ...errorAnswers() },
} satisfies FastifySchema;

export const getReadiness = {
  ...all,
  operationId: 'getReadiness',
  summary: 'Check that the service can take requests',
  description: 'Asks the database. While the service stops or the database does not answer, it answers 503.',
  response: {
    200: answer('The service can take requests', ref(Readiness)),
    ...errorAnswers(notReady),
  },
} satisfies FastifySchema;

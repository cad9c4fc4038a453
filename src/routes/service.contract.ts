import type { FastifySchema } from 'fastify';
import { ref } from '../../schemas/ref.ts';
import { Health, Readiness } from '../../schemas/service.ts';
import { answer, errorAnswers } from '../http/responses.ts';

const all = { tags: ['service'], security: [] };

export const getHealth = {
  ...all,
  operationId: 'getHealth',
  summary: 'Is the process alive?',
  description: 'Answers as long as the process runs, whatever the database does.',
  response: { 200: answer('It is', ref(Health)), ...errorAnswers('not_acceptable') },
} satisfies FastifySchema;

export const getReadiness = {
  ...all,
  operationId: 'getReadiness',
  summary: 'Can the service take requests?',
  description: 'Asks the database. While the service stops or the database is away, the answer is 503.',
  response: { 200: answer('It can', ref(Readiness)), ...errorAnswers('not_acceptable', 'unavailable') },
} satisfies FastifySchema;

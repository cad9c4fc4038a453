import type { FastifySchema } from 'fastify';
import { job } from '../../../schemas/job.ts';
import { ref } from '../../../schemas/ref.ts';
import { rowParams } from '../../crud/contract.ts';
import { defineError } from '../../errors/define-error.ts';
import { NoQuery } from '../../http/requests.ts';
import { security } from '../../identity/plugin.ts';
import { errorResponses, occurrence } from '../../openapi/error-responses.ts';
import { accessErrors, RESOURCE_ERRORS } from '../../openapi/request-errors.ts';
import { jsonResponse, withExample, withHeaders } from '../../openapi/responses.ts';
import { linesIn } from '../../transfer/contract.ts';

export const JobNotFound = defineError('job_not_found', 404, 'Job not found');
export const JobEnded = defineError('job_ended', 409, 'The job has already ended');

const { names, schemas, examples } = job;
const missing = occurrence(JobNotFound, { parameters: { id: '404' } });
const single = { tags: [names.many], params: rowParams(names.one), querystring: NoQuery };

export const cancelJob = {
  ...single,
  security: security(names.scopes.write),
  operationId: 'cancelJob',
  summary: 'Cancel a job',
  description: 'Ends an import. The rows that it has created stay.',
  response: {
    200: withExample(jsonResponse('The cancelled job', ref(schemas.item), 'ETag'), {
      ...examples.stored,
      state: 'cancelled',
      finishedAt: '2026-11-20T07:29:00.000Z',
    }),
    ...errorResponses(...RESOURCE_ERRORS, ...accessErrors(names.scopes.write), missing, occurrence(JobEnded)),
  },
} satisfies FastifySchema;

const failure = {
  line: 3,
  code: 'song_exists',
  message: 'Song already exists',
};

export const listJobFailures = {
  ...single,
  security: security(names.scopes.read),
  operationId: 'listJobFailures',
  summary: 'List the failures of a job',
  description: 'Streams one JSON object for each line that was not imported, in the order of the lines.',
  response: {
    200: {
      description: 'The failures',
      headers: withHeaders(),
      content: { 'application/x-ndjson': linesIn(`${JSON.stringify(failure)}\n`, 'One failure per line.') },
    },
    ...errorResponses(...RESOURCE_ERRORS, ...accessErrors(names.scopes.read), missing),
  },
} satisfies FastifySchema;

import { fastifyResponseValidation } from '@fastify/response-validation';
import fp from 'fastify-plugin';
import { modelAjv } from '../validation/request-validators.ts';

/**
 * Checks what the routes answer against their schemas, undeclared statuses included, before it is serialised,
 * because serialisation would bend a wrong value into the right type. A violation is a logged 500.
 */
export const responseValidation = fp(
  async (app) => {
    const ajv = modelAjv();
    // The contract declares headers beside the schema of an answer that has no body.
    ajv.addKeyword('headers');
    await app.register(fastifyResponseValidation, { ajv, responseStatusCodeValidation: true });
  },
  { name: 'response-validation', dependencies: ['validation', 'errors'] },
);

import { fastifyResponseValidation } from '@fastify/response-validation';
import type { preSerializationHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import type { Model } from '../../schemas/ref.ts';
import { modelAjv } from './request-validators.ts';

/**
 * Validates responses, including undeclared statuses, against their schemas before serialisation, because serialisation
 * would convert a wrong value to the right type. A violation is a logged 500.
 */
export const responseValidation = fp<{ models: readonly Model[] }>(
  async (app, { models }) => {
    const ajv = modelAjv(models);
    // The contract declares headers next to the schema of a response without a body.
    ajv.addKeyword('headers');
    await app.register(fastifyResponseValidation, { ajv, responseStatusCodeValidation: true });
    app.addHook('onRoute', ({ preSerialization: hooks }) => {
      if (Array.isArray(hooks)) hooks.push(...hooks.splice(-1).map(oncePerPage));
    });
  },
  { name: 'response-validation', dependencies: ['validation', 'errors'] },
);

/** Validates a page that several callers share only once: a large page takes milliseconds. */
function oncePerPage(validate: preSerializationHookHandler<unknown>): preSerializationHookHandler<unknown> {
  const valid = new WeakSet<object>();
  return function validateOncePerPage(request, reply, payload, done) {
    if (!Array.isArray(payload)) return validate.call(this, request, reply, payload, done);
    if (valid.has(payload)) return done();
    validate.call(this, request, reply, payload, (error?: Error | null) => {
      if (error) return done(error);
      valid.add(payload);
      done();
    });
  };
}

import { fastifyResponseValidation } from '@fastify/response-validation';
import type { preSerializationHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import type { Model } from '../../schemas/ref.ts';
import { defineError, type FailedRequest } from '../errors/define-error.ts';
import { type HttpPart, modelAjv, type PartValidator, RequestValidators } from './request-validators.ts';

export const ValidationFailed = defineError('validation_failed', 422, 'Request validation failed');

/**
 * Registers the models and validates requests against them: bodies strictly, parameters coerced from text. The error of
 * a request lists the failures of all its parts when it is represented.
 */
export const validation = fp<{ models: readonly Model[] }>(
  async (app, { models }) => {
    const validators = new RequestValidators(models);
    for (const model of models) app.addSchema(model);

    const details = ({ routeOptions, params, query, headers, body }: FailedRequest) => {
      const { body: bodySchema, ...others }: Partial<Record<HttpPart, object>> = routeOptions?.schema ?? {};
      // A route validates a stream, which has one schema per media type, itself.
      const schemas = bodySchema && !('content' in bodySchema) ? { ...others, body: bodySchema } : others;
      return validators.failures(schemas, { params, querystring: query, headers, body });
    };
    app.setValidatorCompiler(({ schema, httpPart }) => {
      const validate: PartValidator = validators.compile(schema as object, httpPart as HttpPart);
      return (value: unknown) => (validate(value) ? true : { error: new ValidationFailed({ details }) });
    });
  },
  { name: 'validation' },
);

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

import fp from 'fastify-plugin';
import type { Model } from '../../schemas/ref.ts';
import { defineError, type FailedRequest } from '../errors/define-error.ts';
import { type HttpPart, type PartValidator, RequestValidators } from './request-validators.ts';

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
      const schemas: Partial<Record<HttpPart, object>> = routeOptions?.schema ?? {};
      return validators.failures(schemas, { params, querystring: query, headers, body });
    };
    app.setValidatorCompiler(({ schema, httpPart }) => {
      const validate: PartValidator = validators.compile(schema as object, httpPart as HttpPart);
      return (value: unknown) => (validate(value) ? true : { error: new ValidationFailed({ details }) });
    });
  },
  { name: 'validation' },
);

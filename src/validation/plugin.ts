import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { models } from '../../schemas/index.ts';
import { ServiceError } from '../errors/service-error.ts';
import { type HttpPart, type PartValidator, RequestValidators } from './request-validators.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The error that lists everything that is wrong with a request which failed validation. */
    validationError(request: FastifyRequest): ServiceError;
  }
}

/** Registers the models and validates requests against them: bodies strictly, parameters coerced from text. */
export const validation = fp(
  async (app) => {
    const validators = new RequestValidators();
    for (const model of models) app.addSchema(model);

    app.setValidatorCompiler(({ schema, httpPart }) => {
      const validate: PartValidator = validators.compile(schema as object, httpPart as HttpPart);
      return (value: unknown) => (validate(value) ? true : { error: new ServiceError('validation_failed') });
    });

    app.decorate('validationError', (request: FastifyRequest) => {
      const { params, query, headers, body } = request;
      return new ServiceError(
        'validation_failed',
        validators.failures((request.routeOptions.schema ?? {}) as Partial<Record<HttpPart, object>>, {
          params,
          querystring: query,
          headers,
          body,
        }),
      );
    });
  },
  { name: 'validation' },
);

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { DeadlineError, DisconnectedError, QueueFullError } from '../database/batcher.ts';
import { DatabaseUnavailable, UniqueViolation } from '../database/failures.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { representError } from '../errors/representation.ts';
import { ServiceError } from '../errors/service-error.ts';
import { parserFailure } from './connections.ts';

/** Fastify's own errors that are the client's doing. */
const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_request',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
};

/** Unique constraints that a client can violate. */
const constraints: Readonly<Record<string, ErrorCode>> = {
  songs_song_artist_key: 'song_exists',
};

/** Errors after which the same request can be expected to succeed. */
const TRANSIENT = [DatabaseUnavailable, QueueFullError, DisconnectedError, DeadlineError];

/** What a route may have said of a success before it failed. */
const SUCCESS_HEADERS = ['etag', 'link', 'location', 'x-total-count'];

/** Finds the entry of the catalogue for whatever was thrown; `internal_error` when it is none of ours. */
function toServiceError(error: FastifyError | ServiceError): ServiceError {
  if (error instanceof ServiceError) return error;
  return parserFailure(error) ?? new ServiceError(codeFor(error), { cause: error });
}

function codeFor(error: FastifyError): ErrorCode {
  if (TRANSIENT.some((kind) => error instanceof kind)) return 'unavailable';
  const code =
    error instanceof UniqueViolation ? constraints[error.constraint ?? ''] : frameworkCodes[error.code];
  return code ?? 'internal_error';
}

/** Answers an error in the representation that the client prefers. */
function sendError(error: FastifyError | ServiceError, request: FastifyRequest, reply: FastifyReply): void {
  const failure = toServiceError(error);
  const isFault = failure.statusCode === 500 || failure.statusCode === 503;
  if (isFault && !request.socket.destroyed)
    request.log.error({ err: failure.cause ?? failure }, failure.message);
  const { contentType, body } = representError(failure, {
    id: request.id,
    originalUrl: request.originalUrl,
    accept: request.headers.accept,
  });
  for (const name of SUCCESS_HEADERS) reply.removeHeader(name);
  // The order of the members is part of what people read: the compiled serialisers would change it.
  reply
    .code(failure.statusCode)
    .headers(failure.headers)
    .type(contentType)
    .serializer(JSON.stringify)
    .send(body);
}

/** Answers every error of the service in one shape, and never with anything internal. */
export const errors = fp(
  async (app) => {
    app.setErrorHandler<FastifyError>((error, request, reply) => {
      const refused = error instanceof ServiceError && error.code === 'validation_failed';
      sendError(refused ? app.validationError(request) : error, request, reply);
    });
    app.setNotFoundHandler(() => {
      throw new ServiceError('not_found');
    });
  },
  { name: 'errors', dependencies: ['validation'] },
);

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { DeadlineError, DisconnectedError, QueueFullError } from '../database/batching/batcher.ts';
import { DatabaseUnavailable, IdsExhausted, UniqueViolation } from '../database/failures.ts';
import { catalogue, type ErrorCode } from '../errors/catalogue.ts';
import { representError } from '../errors/representation.ts';
import { ServiceError } from '../errors/service-error.ts';
import { parserFailure } from './connections.ts';
import { DEFAULT_HEADERS } from './default-headers.ts';
import { ACCEPT_PATCH } from './requests.ts';

/** The codes of the errors that Fastify and its plugins throw because of a request: one for each status. */
const libraryCodes = new Map<number, ErrorCode>(
  (
    [
      'malformed_request',
      'forbidden',
      'not_found',
      'precondition_failed',
      'body_too_large',
      'unsupported_media_type',
      'range_not_satisfiable',
    ] as const
  ).map((code) => [catalogue[code].status, code]),
);

/** An error of Fastify or a plugin, which may bring headers such as `Content-Range`. */
interface LibraryError extends FastifyError {
  headers?: Readonly<Record<string, string>>;
}

/** Unique constraints that a client can violate. */
const constraints: Readonly<Record<string, ErrorCode>> = {
  songs_song_artist_key: 'song_exists',
};

/** Errors of a request that waited too long, or that too many others waited with: thousands a second under overload. */
const SHED = [QueueFullError, DisconnectedError, DeadlineError];

/** Errors after which the same request can be expected to succeed. */
const TRANSIENT = [DatabaseUnavailable, IdsExhausted, ...SHED];

/** What a route may have said of a success before it failed. */
const SUCCESS_HEADERS = ['etag', 'link', 'location', 'x-total-count'];

/** Finds the entry of the catalogue for whatever was thrown; `internal_error` when it is none of ours. */
function toServiceError(error: LibraryError | ServiceError): ServiceError {
  if (error instanceof ServiceError) return error;
  return parserFailure(error) ?? new ServiceError(codeFor(error), { cause: error, ...headersOf(error) });
}

function codeFor(error: FastifyError): ErrorCode {
  if (TRANSIENT.some((kind) => error instanceof kind)) return 'unavailable';
  if (error instanceof UniqueViolation) return constraints[error.constraint ?? ''] ?? 'internal_error';
  const { statusCode = 500 } = error;
  if (!isClientError(statusCode)) return 'internal_error';
  // A client treats a status that it does not know as 400 (RFC 9110, 15), and so does the service.
  return libraryCodes.get(statusCode) ?? 'malformed_request';
}

const isClientError = (status: number) => status >= 400 && status < 500;

const headersOf = ({ statusCode = 500, headers }: LibraryError) =>
  headers && isClientError(statusCode) ? { headers } : undefined;

/** Logs the cause of a failure of the service; a request that was shed needs no stack. */
function logFailure(failure: ServiceError, request: FastifyRequest): void {
  const { statusCode, message, cause } = failure;
  if (statusCode !== 500 && statusCode !== 503) return;
  if (SHED.some((kind) => cause instanceof kind)) request.log.warn({ reason: String(cause) }, message);
  else request.log.error({ err: cause ?? failure }, message);
}

/** Answers an error in the representation that the client prefers. */
function sendError(error: FastifyError | ServiceError, request: FastifyRequest, reply: FastifyReply): void {
  const failure = toServiceError(error);
  if (!request.socket.destroyed) logFailure(failure, request);
  const { contentType, body } = representError(failure, {
    id: request.id,
    originalUrl: request.originalUrl,
    accept: request.headers.accept,
  });
  for (const name of SUCCESS_HEADERS) reply.removeHeader(name);
  reply.header('cache-control', DEFAULT_HEADERS['cache-control']);
  if (failure.code === 'unsupported_media_type' && request.method === 'PATCH')
    reply.header('accept-patch', ACCEPT_PATCH);
  // Sent as text: the compiled serialisers would change the order of the members, which is part of what people read,
  // and where checking or serialising an error fails, Fastify answers with the text of that failure.
  reply
    .code(failure.statusCode)
    .headers(failure.headers)
    .type(contentType)
    .serializer(String)
    .send(JSON.stringify(body));
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

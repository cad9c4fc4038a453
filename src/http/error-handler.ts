import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { DeadlineError, DisconnectedError, QueueFullError } from '../database/batching/batcher.ts';
import { DatabaseUnavailable, IdsExhausted } from '../database/failures.ts';
import { type ErrorKind, ServiceError } from '../errors/define-error.ts';
import { representError } from '../errors/representation.ts';
import { parserFailure } from './connections.ts';
import {
  BodyTooLarge,
  Forbidden,
  InternalError,
  MalformedRequest,
  NotFound,
  PreconditionFailed,
  RangeNotSatisfiable,
  Unavailable,
  UnsupportedMediaType,
} from './errors.ts';
import { headersWith } from './headers.ts';
import { ACCEPT_PATCH } from './requests.ts';
import { DEFAULT_HEADERS } from './response-headers.ts';

/** The kinds of the errors that Fastify and its plugins throw because of a request, by status. */
const libraryErrors = new Map<number, ErrorKind>(
  [
    MalformedRequest,
    Forbidden,
    NotFound,
    PreconditionFailed,
    BodyTooLarge,
    UnsupportedMediaType,
    RangeNotSatisfiable,
  ].map((kind) => [kind.status, kind]),
);

/** An error of Fastify or a plugin, which may bring headers such as `Content-Range`. */
interface LibraryError extends FastifyError {
  headers?: Readonly<Record<string, string>>;
}

/** Errors of a request that waited too long, or that too many others waited with: thousands a second under overload. */
const SHED = [QueueFullError, DisconnectedError, DeadlineError];

/** Errors after which the same request can be expected to succeed. */
const TRANSIENT = [DatabaseUnavailable, IdsExhausted, ...SHED];

/** What a route may have said of a success before it failed. */
const SUCCESS_HEADERS = headersWith(({ isOfSuccess }) => isOfSuccess);

/** The error of the service for any error that was thrown; an {@link InternalError} for an unknown one. */
function toServiceError(error: LibraryError | ServiceError): ServiceError {
  if (error instanceof ServiceError) return error;
  const Kind = kindFor(error);
  return parserFailure(error) ?? new Kind({ cause: error, ...headersOf(error) });
}

function kindFor(error: FastifyError): ErrorKind {
  if (TRANSIENT.some((kind) => error instanceof kind)) return Unavailable;
  const { statusCode = 500 } = error;
  if (!isClientError(statusCode)) return InternalError;
  // A client treats a status that it does not know as 400 (RFC 9110, 15), and so does the service.
  return libraryErrors.get(statusCode) ?? MalformedRequest;
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
  const { contentType, body } = representError(failure, request);
  for (const name of SUCCESS_HEADERS) reply.removeHeader(name);
  reply.header('cache-control', DEFAULT_HEADERS['cache-control']);
  if (failure instanceof UnsupportedMediaType && request.method === 'PATCH')
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
    app.setErrorHandler<FastifyError>(sendError);
    app.setNotFoundHandler(() => {
      throw new NotFound();
    });
  },
  { name: 'errors' },
);

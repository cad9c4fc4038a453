import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { DeadlineError, DisconnectedError, QueueFullError } from '../database/batching/delivery.ts';
import { CircuitOpen } from '../database/circuit-breaker.ts';
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

/** The kinds of the client errors that Fastify and its plugins throw, by status. */
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

/** An error of Fastify or a plugin, which may have headers such as `Content-Range`. */
interface LibraryError extends FastifyError {
  headers?: Readonly<Record<string, string>>;
}

/** Errors of requests that were shed: under overload, and in an outage, there may be thousands per second. */
const SHED = [QueueFullError, DisconnectedError, DeadlineError, CircuitOpen];

/** Errors after which the same request is expected to succeed later. */
const TRANSIENT = [DatabaseUnavailable, IdsExhausted, ...SHED];

/** Headers that a route may have set for a success before it failed. */
const SUCCESS_HEADERS = headersWith(({ isOfSuccess }) => isOfSuccess);

/** Converts any thrown error to an error of the service; an unknown one to an {@link InternalError}. */
function toServiceError(error: LibraryError | ServiceError): ServiceError {
  if (error instanceof ServiceError) return error;
  const Kind = kindFor(error);
  return parserFailure(error) ?? new Kind({ cause: error, ...headersOf(error) });
}

function kindFor(error: FastifyError): ErrorKind {
  if (TRANSIENT.some((kind) => error instanceof kind)) return Unavailable;
  const { statusCode = 500 } = error;
  if (!isClientError(statusCode)) return InternalError;
  // Clients treat an unknown 4xx status as 400 (RFC 9110, 15), and so does the service.
  return libraryErrors.get(statusCode) ?? MalformedRequest;
}

const isClientError = (status: number) => status >= 400 && status < 500;

const headersOf = ({ statusCode = 500, headers }: LibraryError) =>
  headers && isClientError(statusCode) ? { headers } : undefined;

/** Logs the cause of a failure of the service, without a stack for a request that was shed, or came while the service is not ready. */
function logFailure(failure: ServiceError, request: FastifyRequest): void {
  const { statusCode, message, cause } = failure;
  if (statusCode !== 500 && statusCode !== 503) return;
  const isExpected = statusCode === 503 && cause === undefined;
  if (isExpected) request.log.warn({ reason: failure.failuresOf(request)?.details[0]?.msg }, message);
  else if (SHED.some((kind) => cause instanceof kind)) request.log.warn({ reason: String(cause) }, message);
  else request.log.error({ err: cause ?? failure }, message);
}

/** Sends an error in the preferred format of the client. */
function sendError(error: FastifyError | ServiceError, request: FastifyRequest, reply: FastifyReply): void {
  const failure = toServiceError(error);
  if (!request.socket.destroyed) logFailure(failure, request);
  const { contentType, body } = representError(failure, request);
  for (const name of SUCCESS_HEADERS) reply.removeHeader(name);
  reply.header('cache-control', DEFAULT_HEADERS['cache-control']);
  if (failure instanceof UnsupportedMediaType && request.method === 'PATCH')
    reply.header('accept-patch', ACCEPT_PATCH);
  // Sent as text: the compiled serialisers would change the order of the members, which helps readers, and if the
  // validation or serialisation of an error fails, Fastify sends the text of that failure.
  reply
    .code(failure.statusCode)
    .headers(failure.headers)
    .type(contentType)
    .serializer(String)
    .send(JSON.stringify(body));
}

/** Sends every error of the service in the same format, without internal details. */
export const errors = fp(
  async (app) => {
    app.setErrorHandler<FastifyError>(sendError);
    app.setNotFoundHandler(() => {
      throw new NotFound();
    });
  },
  { name: 'errors' },
);

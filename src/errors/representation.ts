import type { ApiError, Problem } from '../../schemas/error.ts';
import { catalogue } from './catalogue.ts';
import { acceptedMediaTypes, JSON_MEDIA_TYPE, PROBLEM_MEDIA_TYPE } from './media-types.ts';
import type { ServiceError } from './service-error.ts';

/** What an error looks like on the wire. */
export interface ErrorRepresentation {
  contentType: string;
  body: ApiError | Problem;
}

/** The request as far as the representation of its error depends on it. */
export interface FailedRequest {
  id: string;
  /** Path and query as they were sent. */
  originalUrl: string;
  /** The `Accept` header. */
  accept: string | undefined;
}

/**
 * Represents an error as the client prefers it: the envelope, or, where `Accept` ranks
 * `application/problem+json` higher, an RFC 9457 problem.
 */
export function representError(error: ServiceError, request: FailedRequest): ErrorRepresentation {
  return prefersProblem(request.accept)
    ? { contentType: PROBLEM_MEDIA_TYPE, body: problem(error, request) }
    : { contentType: JSON_MEDIA_TYPE, body: envelope(error, request) };
}

function prefersProblem(accept: string | undefined): boolean {
  if (accept === undefined || !/problem\+json/i.test(accept)) return false;
  return acceptedMediaTypes(accept)[0] === PROBLEM_MEDIA_TYPE;
}

function envelope(error: ServiceError, request: FailedRequest): ApiError {
  return {
    error: catalogue[error.code].error,
    code: error.code,
    message: error.message,
    ...(error.details && { details: [...error.details] }),
    ...(error.truncated && { truncated: true }),
    requestId: request.id,
  };
}

function problem(error: ServiceError, request: FailedRequest): Problem {
  return {
    type: `urn:setlist:error:${error.code}`,
    title: error.message,
    status: error.statusCode,
    detail: error.details?.[0]?.msg ?? error.message,
    instance: request.originalUrl.split('?', 1)[0] ?? '',
    code: error.code,
    ...(error.details && { errors: [...error.details] }),
    ...(error.truncated && { truncated: true }),
    requestId: request.id,
  };
}

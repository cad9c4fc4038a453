import type { ApiError, Problem } from '../../schemas/error.ts';
import type { FailedRequest, Failures, ServiceError } from './define-error.ts';
import { acceptedMediaTypes, JSON_MEDIA_TYPE, PROBLEM_MEDIA_TYPE } from './media-types.ts';

/** What an error looks like on the wire. */
export interface ErrorRepresentation {
  contentType: string;
  body: ApiError | Problem;
}

/**
 * Represents an error as the client prefers it: the envelope, or, where `Accept` ranks
 * `application/problem+json` higher, an RFC 9457 problem.
 */
export function representError(error: ServiceError, request: FailedRequest): ErrorRepresentation {
  const failures = error.failuresOf(request);
  return prefersProblem(request.headers.accept)
    ? { contentType: PROBLEM_MEDIA_TYPE, body: problem(error, failures, request) }
    : { contentType: JSON_MEDIA_TYPE, body: envelope(error, failures, request) };
}

function prefersProblem(accept: string | undefined): boolean {
  if (accept === undefined || !/problem\+json/i.test(accept)) return false;
  return acceptedMediaTypes(accept)[0] === PROBLEM_MEDIA_TYPE;
}

function envelope(error: ServiceError, failures: Failures | undefined, { id }: FailedRequest): ApiError {
  return {
    error: error.family,
    code: error.code,
    message: error.message,
    ...(failures && { details: [...failures.details] }),
    ...(failures?.truncated && { truncated: true }),
    requestId: id,
  };
}

function problem(
  error: ServiceError,
  failures: Failures | undefined,
  { id, originalUrl }: FailedRequest,
): Problem {
  return {
    type: `urn:setlist:error:${error.code}`,
    title: error.message,
    status: error.statusCode,
    detail: failures?.details[0]?.msg ?? error.message,
    instance: originalUrl.split('?', 1)[0] ?? '',
    code: error.code,
    ...(failures && { errors: [...failures.details] }),
    ...(failures?.truncated && { truncated: true }),
    requestId: id,
  };
}

import Negotiator from 'negotiator';
import type { ApiError, Problem } from '../../schemas/error.ts';
import type { FailedRequest, Failures, ServiceError } from './define-error.ts';

// Exactly the types in the document: some generated clients compare the whole header. Neither has a charset parameter
// (RFC 8259, 11; RFC 9457, 6.1): JSON is UTF-8.
export const JSON_MEDIA_TYPE = 'application/json';
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The parameters of a media range except for its weight; values may be quoted and contain commas. */
const PARAMETERS = /;(?!\s*q\s*=)[^;,="]*(?:=(?:\s*"(?:[^"\\]|\\.)*"|[^;,"]*))?/gi;

/**
 * The media types of the service that an `Accept` header accepts, the preferred one first (RFC 9110, 12.5.1). An empty
 * header is equal to none. JSON defines no parameters: `application/json; charset=utf-8` also accepts it.
 *
 * @param accept The header; undefined if it is absent.
 * @param offered The media types, the preferred one first; by default those of an error.
 */
export function acceptedMediaTypes(
  accept: string | undefined,
  offered: string[] = [JSON_MEDIA_TYPE, PROBLEM_MEDIA_TYPE],
): string[] {
  if (accept === undefined || /^[\s,]*$/.test(accept)) return offered;
  const header = accept.includes(';') ? accept.replace(PARAMETERS, '') : accept;
  return new Negotiator({ headers: { accept: header } }).mediaTypes(offered);
}

/** The representation of an error in a response. */
export interface ErrorRepresentation {
  contentType: string;
  body: ApiError | Problem;
}

/**
 * Represents an error in the preferred format of the client: the envelope, or a problem (RFC 9457) if `Accept` ranks
 * `application/problem+json` higher.
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

// The errors of HTTP, for any operation. Each feature defines its own errors.
import { defineError } from '../errors/define-error.ts';

export const MalformedJson = defineError('malformed_json', 400, 'The request body is not valid JSON');
export const MalformedRequest = defineError('malformed_request', 400, 'The request is malformed');
export const Forbidden = defineError('forbidden', 403, 'Forbidden');
export const NotFound = defineError('not_found', 404, 'Not found');
export const MethodNotAllowed = defineError('method_not_allowed', 405, 'Method not allowed');
export const NotAcceptable = defineError(
  'not_acceptable',
  406,
  'The response is not available in an accepted media type',
);
export const RequestTimeout = defineError('request_timeout', 408, 'The request was not received in time');
export const PreconditionFailed = defineError(
  'precondition_failed',
  412,
  'A precondition in If-Match or If-None-Match is false',
);
export const BodyTooLarge = defineError('body_too_large', 413, 'The request body is too large');
export const UnsupportedMediaType = defineError(
  'unsupported_media_type',
  415,
  'The request body must be JSON in UTF-8',
);
export const UnsupportedStreamType = defineError(
  'unsupported_format',
  415,
  'The request body must be text/csv or application/x-ndjson, in UTF-8',
);
export const RangeNotSatisfiable = defineError('range_not_satisfiable', 416, 'The range is outside the file');
export const ExpectationFailed = defineError(
  'expectation_failed',
  417,
  'The service only supports the expectation 100-continue',
);
export const HeadersTooLarge = defineError('headers_too_large', 431, 'The request headers are too large');
export const InternalError = defineError('internal_error', 500, 'Internal server error');
export const NotImplemented = defineError(
  'not_implemented',
  501,
  'The service does not implement this request',
);
export const Unavailable = defineError(
  'unavailable',
  503,
  'The service is temporarily unavailable; try again',
  { 'retry-after': '1' },
);

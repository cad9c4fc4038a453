/** An entry of the catalogue: what a client is told when this error happens. */
interface CatalogueEntry {
  /** The HTTP status code. */
  readonly status: number;
  /** The family of the error, the envelope's `error`. */
  readonly error: string;
  readonly message: string;
}

/** Every error that the service can answer, by its stable `code`. */
export const catalogue = {
  malformed_json: { status: 400, error: 'BadRequestError', message: 'The request body is not valid JSON' },
  malformed_request: { status: 400, error: 'BadRequestError', message: 'The request is malformed' },
  forbidden: { status: 403, error: 'ForbiddenError', message: 'Forbidden' },
  not_found: { status: 404, error: 'NotFoundError', message: 'Not found' },
  song_not_found: { status: 404, error: 'NotFoundError', message: 'Song not found' },
  task_not_found: { status: 404, error: 'NotFoundError', message: 'Task not found' },
  method_not_allowed: { status: 405, error: 'MethodNotAllowedError', message: 'Method not allowed' },
  not_acceptable: {
    status: 406,
    error: 'NotAcceptableError',
    message: 'The answer is only available as application/json',
  },
  request_timeout: {
    status: 408,
    error: 'RequestTimeoutError',
    message: 'The request took too long to arrive',
  },
  song_exists: { status: 409, error: 'ConflictError', message: 'Song already exists' },
  task_limit_reached: { status: 409, error: 'ConflictError', message: 'Task limit reached' },
  precondition_failed: {
    status: 412,
    error: 'PreconditionFailedError',
    message: 'The precondition in If-Match or If-None-Match does not hold',
  },
  body_too_large: { status: 413, error: 'PayloadTooLargeError', message: 'The request body is too large' },
  unsupported_media_type: {
    status: 415,
    error: 'UnsupportedMediaTypeError',
    message: 'The request body must be JSON in UTF-8',
  },
  range_not_satisfiable: {
    status: 416,
    error: 'RangeNotSatisfiableError',
    message: 'The range lies outside the file',
  },
  expectation_failed: {
    status: 417,
    error: 'ExpectationFailedError',
    message: 'The service only knows the expectation 100-continue',
  },
  validation_failed: { status: 422, error: 'ValidationError', message: 'Request validation failed' },
  headers_too_large: {
    status: 431,
    error: 'HeadersTooLargeError',
    message: 'The request headers are too large',
  },
  internal_error: { status: 500, error: 'InternalError', message: 'Internal server error' },
  not_implemented: {
    status: 501,
    error: 'NotImplementedError',
    message: 'The service does not implement what the request asks for',
  },
  unavailable: {
    status: 503,
    error: 'UnavailableError',
    message: 'The service is temporarily unavailable; try again',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** The stable name of an error. */
export type ErrorCode = keyof typeof catalogue;

import type { ErrorDetail } from '../../schemas/error.ts';

/** The class of errors (`error` in the envelope), by HTTP status code. */
const families = {
  400: 'BadRequestError',
  401: 'UnauthorizedError',
  403: 'ForbiddenError',
  404: 'NotFoundError',
  405: 'MethodNotAllowedError',
  406: 'NotAcceptableError',
  408: 'RequestTimeoutError',
  409: 'ConflictError',
  412: 'PreconditionFailedError',
  413: 'PayloadTooLargeError',
  415: 'UnsupportedMediaTypeError',
  416: 'RangeNotSatisfiableError',
  417: 'ExpectationFailedError',
  422: 'ValidationError',
  429: 'RateLimitError',
  431: 'HeadersTooLargeError',
  500: 'InternalError',
  501: 'NotImplementedError',
  503: 'UnavailableError',
} as const;

/** The HTTP status codes of errors. */
export type ErrorStatus = keyof typeof families;

type Headers = Readonly<Record<string, string>>;

/** The failures of a request. */
export interface Failures {
  /** The failures, at most 100. */
  readonly details: readonly ErrorDetail[];
  /** Whether there are more failures than `details` contains. */
  readonly truncated: boolean;
}

/** The parts of a `FastifyRequest` that the representation of an error depends on. */
export interface FailedRequest {
  readonly id: string;
  /** Path and query, unchanged. */
  readonly originalUrl: string;
  readonly headers: { readonly accept?: string | undefined };
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly routeOptions?: { readonly schema?: object };
}

export interface ServiceErrorOptions extends ErrorOptions {
  /** The failures, at most 100, or a function that lists them when the error is represented. */
  details?: readonly ErrorDetail[] | ((request: FailedRequest) => Failures);
  /** Headers of the response, such as `Allow`. */
  headers?: Headers;
}

/** A kind of error: constructs the errors to throw. */
export interface ErrorKind<Status extends ErrorStatus = ErrorStatus> {
  new (options?: ServiceErrorOptions): ServiceError;
  /** The stable, machine-readable code of the error. */
  readonly code: string;
  readonly status: Status;
  /** The class of the error (`error` in the envelope). */
  readonly family: string;
  /** The human-readable description of the error. */
  readonly message: string;
}

/** An error with its own response. {@link defineError} defines its kinds. */
export abstract class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: string;
  /** The HTTP status code; Fastify and its log read it under this name. */
  readonly statusCode: number;
  readonly family: string;
  readonly headers: Headers;
  readonly #details: ServiceErrorOptions['details'];

  constructor(kind: ErrorKind, options: ServiceErrorOptions, headers: Headers) {
    super(kind.message, options);
    this.code = kind.code;
    this.statusCode = kind.status;
    this.family = kind.family;
    this.headers = { ...headers, ...options.headers };
    this.#details = options.details;
  }

  /** Lists the failures of the request; undefined if the error has no details. */
  failuresOf(request: FailedRequest): Failures | undefined {
    const details = this.#details;
    if (typeof details === 'function') return details(request);
    return details && { details, truncated: false };
  }
}

const kinds = new Map<string, ErrorKind>();

/** All kinds of errors that the loaded modules define. */
export const errorKinds = (): ErrorKind[] => [...kinds.values()];

/**
 * Defines a kind of error in the room that throws it: `throw new SongNotFound()`. A repeated definition returns the same
 * kind.
 *
 * @param code The stable code of the error in snake case, unique among all kinds.
 * @param message The human-readable description of the error.
 * @param headers Headers of each response with this error.
 * @throws {TypeError} if the code has another status or message.
 */
export function defineError<const Status extends ErrorStatus>(
  code: string,
  status: Status,
  message: string,
  headers: Headers = {},
): ErrorKind<Status> {
  const known = kinds.get(code);
  if (known) {
    if (hasStatus(known, status) && known.message === message) return known;
    throw new TypeError(`Two different errors have the code ${code}`);
  }
  const kind = class extends ServiceError {
    static readonly code = code;
    static readonly status = status;
    static readonly family = families[status];
    static readonly message = message;

    constructor(options: ServiceErrorOptions = {}) {
      super(kind, options, headers);
    }
  };
  kinds.set(code, kind);
  return kind;
}

const hasStatus = <Status extends ErrorStatus>(kind: ErrorKind, status: Status): kind is ErrorKind<Status> =>
  kind.status === status;

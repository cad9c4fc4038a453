import type { ErrorDetail } from '../../schemas/error.ts';

/** The family of each error, the envelope's `error`, by HTTP status code. */
const families = {
  400: 'BadRequestError',
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
  431: 'HeadersTooLargeError',
  500: 'InternalError',
  501: 'NotImplementedError',
  503: 'UnavailableError',
} as const;

/** The HTTP status codes that an error can have. */
export type ErrorStatus = keyof typeof families;

type Headers = Readonly<Record<string, string>>;

/** The reasons why a request was refused. */
export interface Failures {
  /** Each failure, at most 100. */
  readonly details: readonly ErrorDetail[];
  /** Whether there were more failures than `details` holds. */
  readonly truncated: boolean;
}

/** The request as far as its error and the representation of that depend on it; a `FastifyRequest` is one. */
export interface FailedRequest {
  readonly id: string;
  /** Path and query as they were sent. */
  readonly originalUrl: string;
  readonly headers: { readonly accept?: string | undefined };
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly routeOptions?: { readonly schema?: object };
}

export interface ServiceErrorOptions extends ErrorOptions {
  /** Each failure, at most 100, or a function that lists them when the error is represented. */
  details?: readonly ErrorDetail[] | ((request: FailedRequest) => Failures);
  /** Headers of the response, such as `Allow`. */
  headers?: Headers;
}

/** A kind of error: constructs the errors to throw. */
export interface ErrorKind<Status extends ErrorStatus = ErrorStatus> {
  new (options?: ServiceErrorOptions): ServiceError;
  /** The stable name of the error, for programs. */
  readonly code: string;
  readonly status: Status;
  /** The family of the error, the envelope's `error`. */
  readonly family: string;
  /** What happened, for people. */
  readonly message: string;
}

/** An error with a response of its own. Its kind comes from {@link defineError}. */
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

  /** Lists the failures of the request that this error is the response to; undefined if there is nothing to list. */
  failuresOf(request: FailedRequest): Failures | undefined {
    const details = this.#details;
    if (typeof details === 'function') return details(request);
    return details && { details, truncated: false };
  }
}

const kinds = new Map<string, ErrorKind>();

/** Every kind of error that the modules loaded so far define. */
export const errorKinds = (): ErrorKind[] => [...kinds.values()];

/**
 * Defines a kind of error, in the room that throws it: `throw new SongNotFound()`. The same definition twice gives one
 * kind.
 *
 * @param code The stable name of the error, unique among all kinds, in snake case.
 * @param message What happened, for people.
 * @param headers Headers of each response with this error.
 * @throws {TypeError} if the code stands for another status or message already.
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

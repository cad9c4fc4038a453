import type { ErrorDetail } from '../../schemas/error.ts';
import { catalogue, type ErrorCode } from './catalogue.ts';

export interface ServiceErrorOptions extends ErrorOptions {
  /** Each failure, at most 100. */
  details?: readonly ErrorDetail[];
  /** True when there were more failures than `details` holds. */
  truncated?: boolean;
  /** Headers that the answer carries, such as `Allow`. */
  headers?: Readonly<Record<string, string>>;
}

/** An error of the catalogue, thrown anywhere and answered by the errors plugin. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ErrorCode;
  /** The HTTP status code; Fastify and its log read it under this name. */
  readonly statusCode: number;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly truncated: boolean;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, options: ServiceErrorOptions = {}) {
    super(catalogue[code].message, options);
    this.code = code;
    this.statusCode = catalogue[code].status;
    this.details = options.details;
    this.truncated = options.truncated ?? false;
    this.headers = { ...(code === 'unavailable' && { 'retry-after': '1' }), ...options.headers };
  }
}

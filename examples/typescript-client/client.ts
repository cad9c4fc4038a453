import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './generated/setlist.ts';

export type Song = components['schemas']['Song'];
export type SongCreate = components['schemas']['SongCreate'];
export type SongUpdate = components['schemas']['SongUpdate'];
export type SongQuery = NonNullable<paths['/songs']['get']['parameters']['query']>;
export type SongFilter = Omit<SongQuery, 'cursor'>;
type ApiError = components['schemas']['ApiError'];

/** Requests `application/json`: errors are `ApiError`s, not problems (RFC 9457). */
export type SetlistClient = Client<paths, 'application/json'>;

/** An error response. Programs branch on `code`, which is stable; the message is for people. */
export class SetlistError extends Error {
  override readonly name = 'SetlistError';
  readonly status: number;
  readonly code: string;
  readonly details: NonNullable<ApiError['details']>;
  readonly requestId: string | undefined;

  constructor(status: number, { code, message, details = [], requestId }: Partial<ApiError>) {
    super(message ?? `The response has the status ${status}`);
    this.status = status;
    this.code = code ?? 'unknown';
    this.details = details;
    this.requestId = requestId;
  }
}

export interface ConnectOptions {
  /** In milliseconds; a request that takes longer fails with a `TimeoutError`. */
  timeout?: number;
  /** An access token or an API key, for a service with authentication. */
  credential?: string | undefined;
}

/** A client of the service at the base URL. */
export function connect(baseUrl: string, { timeout = 5000, credential }: ConnectOptions = {}): SetlistClient {
  return createClient<paths, 'application/json'>({
    baseUrl,
    headers: credential === undefined ? {} : { authorization: `Bearer ${credential}` },
    fetch: (request) =>
      fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(timeout)]) }),
  });
}

type Result<Data> =
  | { data: Data; error?: never; response: Response }
  | { data?: never; error: ApiError; response: Response };

/**
 * The body of a successful response.
 *
 * @throws {SetlistError} if the response is an error of the service or of a gateway.
 */
export function bodyOf<Data>(result: Result<Data>): Data {
  const { response, error } = result;
  if (result.error !== undefined || !response.ok)
    throw new SetlistError(response.status, typeof error === 'object' ? error : {});
  return result.data;
}

import { isDeepStrictEqual } from 'node:util';
import type { HttpResponse } from '../../support/contract.ts';
import type { Refusal } from './broken-rule.ts';
import type { Draft, FuzzRequest } from './requests.ts';

/** The errors that a valid request may cause. */
const EXCUSES: Readonly<Record<number, (draft: Draft) => boolean>> = {
  304: ({ headers }) => headers['if-none-match'] !== undefined,
  404: ({ parameters }) => Object.keys(parameters).length > 0,
  409: ({ body }) => body !== undefined,
  412: ({ headers }) => headers['if-match'] !== undefined || headers['if-none-match'] !== undefined,
  // The key of an earlier request.
  422: ({ headers }) => headers['idempotency-key'] !== undefined,
};

/** @throws if a valid request was rejected, failed, or had another effect. */
export function judgeValid(
  draft: Draft,
  request: FuzzRequest,
  response: HttpResponse,
  bodyLimit: number,
): void {
  const { status, text } = response;
  // The only rule that is not part of a schema.
  const isTooLarge = request.payload !== undefined && Buffer.byteLength(request.payload) > bodyLimit;
  if (isTooLarge !== (status === 413)) throw new Error(`a body of this size got ${status}`);
  if (isTooLarge) return;
  const isSuccess = status >= 200 && status < 300;
  if (!isSuccess && !EXCUSES[status]?.(draft)) throw new Error(`a valid request got ${status}`);
  if (isSuccess && isBoundElsewhere(draft))
    throw new Error('a write with another version as its precondition was executed');
  if (isSuccess && draft.body !== undefined) checkKept(draft.body, JSON.parse(text));
}

/** Whether its precondition is false for all versions of the resource. */
function isBoundElsewhere({ headers }: Draft): boolean {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  return (typeof ifMatch === 'string' && ifMatch !== '*') || ifNoneMatch === '*';
}

/** The response must contain the sent values. */
function checkKept(sent: unknown, received: { data?: unknown }): void {
  const kept = (received.data ?? received) as Record<string, unknown>;
  for (const [name, value] of Object.entries(sent as Record<string, unknown>)) {
    // JSON has a negative zero, the database does not.
    if (name in kept && !isDeepStrictEqual(kept[name], value === 0 ? 0 : value)) {
      throw new Error(
        `${name} was sent as ${JSON.stringify(value)} and came back as ${JSON.stringify(kept[name])}`,
      );
    }
  }
}

interface ErrorBody {
  code?: unknown;
  details?: { loc: (string | number)[]; type: string }[];
  errors?: { loc: (string | number)[]; type: string }[];
}

/** @throws if a request that breaks one rule did not get the error of this rule, in the preferred format. */
export function judgeInvalid(refusal: Refusal, request: FuzzRequest, response: HttpResponse): void {
  if (response.status !== refusal.status) {
    throw new Error(`an invalid request got ${response.status} instead of ${refusal.status}`);
  }
  const { code, details, errors }: ErrorBody = JSON.parse(response.text);
  if (code !== refusal.code) throw new Error(`the code is ${code} instead of ${refusal.code}`);
  const wanted =
    request.headers.accept === 'application/problem+json' ? request.headers.accept : 'application/json';
  if (!String(response.headers['content-type']).startsWith(wanted))
    throw new Error(`the error is not ${wanted}`);
  const { loc, type } = refusal;
  if (loc === undefined) return;
  const listed = details ?? errors ?? [];
  const isThere = (found: readonly (string | number)[]) =>
    // For invalid JSON, the offset follows.
    type === 'json_invalid' ? found[0] === loc[0] : isDeepStrictEqual(found, loc);
  if (listed.length === 0 || !listed.every((detail) => isThere(detail.loc))) {
    throw new Error(`the details do not all point to ${JSON.stringify(loc)}: ${JSON.stringify(listed)}`);
  }
  if (!listed.some((detail) => detail.type === type)) {
    throw new Error(`no detail is of type ${type}: ${JSON.stringify(listed)}`);
  }
}

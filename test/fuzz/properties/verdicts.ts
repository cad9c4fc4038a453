import { isDeepStrictEqual } from 'node:util';
import type { HttpResponse } from '../../support/contract.ts';
import type { Refusal } from './broken-rule.ts';
import type { Draft, FuzzRequest } from './requests.ts';

/** Why a request that keeps every rule may still not be answered with what it asks for. */
const EXCUSES: Readonly<Record<number, (draft: Draft) => boolean>> = {
  304: ({ headers }) => headers['if-none-match'] !== undefined,
  404: ({ parameters }) => Object.keys(parameters).length > 0,
  409: ({ body }) => body !== undefined,
  412: ({ headers }) => headers['if-match'] !== undefined || headers['if-none-match'] !== undefined,
};

/** @throws when a valid request was refused, failed, or did not do what it says. */
export function judgeValid(
  draft: Draft,
  request: FuzzRequest,
  answer: HttpResponse,
  bodyLimit: number,
): void {
  const { status, text } = answer;
  // The only rule that no schema can say.
  const isTooLarge = request.payload !== undefined && Buffer.byteLength(request.payload) > bodyLimit;
  if (isTooLarge !== (status === 413)) throw new Error(`a body of this size was answered ${status}`);
  if (isTooLarge) return;
  const isSuccess = status >= 200 && status < 300;
  if (!isSuccess && !EXCUSES[status]?.(draft)) throw new Error(`a valid request was answered ${status}`);
  if (isSuccess && isBoundElsewhere(draft))
    throw new Error('a write that was bound to another version was done');
  if (isSuccess && draft.body !== undefined) checkKept(draft.body, JSON.parse(text));
}

/** Whether it is bound to a version that the resource never had, or to no version at all. */
function isBoundElsewhere({ headers }: Draft): boolean {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  return (typeof ifMatch === 'string' && ifMatch !== '*') || ifNoneMatch === '*';
}

/** What was written must come back as it was sent. */
function checkKept(sent: unknown, answered: { data?: unknown }): void {
  const kept = (answered.data ?? answered) as Record<string, unknown>;
  for (const [name, value] of Object.entries(sent as Record<string, unknown>)) {
    // JSON knows minus nought, the database does not.
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

/** @throws when a request that breaks one rule was not refused for just that, in the form that was asked for. */
export function judgeInvalid(refusal: Refusal, request: FuzzRequest, answer: HttpResponse): void {
  if (answer.status !== refusal.status) {
    throw new Error(`an invalid request was answered ${answer.status} instead of ${refusal.status}`);
  }
  const { code, details, errors }: ErrorBody = JSON.parse(answer.text);
  if (code !== refusal.code) throw new Error(`the code is ${code} instead of ${refusal.code}`);
  const wanted =
    request.headers.accept === 'application/problem+json' ? request.headers.accept : 'application/json';
  if (!String(answer.headers['content-type']).startsWith(wanted))
    throw new Error(`the error is no ${wanted}`);
  const { loc, type } = refusal;
  if (loc === undefined) return;
  const listed = details ?? errors ?? [];
  const isThere = (found: readonly (string | number)[]) =>
    // Where text is no JSON, its position may follow.
    type === 'json_invalid' ? found[0] === loc[0] : isDeepStrictEqual(found, loc);
  if (listed.length === 0 || !listed.every((detail) => isThere(detail.loc))) {
    throw new Error(`the details do not all point to ${JSON.stringify(loc)}: ${JSON.stringify(listed)}`);
  }
  if (!listed.some((detail) => detail.type === type)) {
    throw new Error(`no detail is of type ${type}: ${JSON.stringify(listed)}`);
  }
}

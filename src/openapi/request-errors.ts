import {
  BodyTooLarge,
  Forbidden,
  MalformedJson,
  MalformedRequest,
  NotAcceptable,
  PreconditionFailed,
  RequestTimeout,
  Unavailable,
  UnsupportedMediaType,
  UnsupportedStreamType,
} from '../http/errors.ts';
import { contentRangeRefused } from '../http/requests.ts';
import { missingScope, Unauthorized } from '../identity/plugin.ts';
import { RateLimited } from '../limits/plugin.ts';
import { ValidationFailed } from '../validation/plugin.ts';
import { occurrence } from './error-responses.ts';

/** An unknown query parameter. */
const invalidQuery = occurrence(ValidationFailed, {
  name: 'InvalidQuery',
  details: [
    { type: 'extra_forbidden', loc: ['query', 'page'], msg: 'Extra inputs are not permitted', input: '2' },
  ],
});

/** An id that is not a number. */
const invalidId = occurrence(ValidationFailed, {
  name: 'InvalidId',
  parameters: { id: 'first' },
  details: [
    {
      type: 'int_parsing',
      loc: ['path', 'id'],
      msg: 'Input should be a valid integer, unable to parse string as an integer',
      input: 'first',
    },
  ],
});

/** A path that cannot be decoded. */
const malformedPath = occurrence(MalformedRequest, { name: 'MalformedPath', parameters: { id: '%' } });

/** A query string that cannot be decoded. */
const malformedQuery = occurrence(MalformedRequest, { name: 'MalformedQuery' });

const notAcceptable = occurrence(NotAcceptable, { asProblem: false });
const unavailable = occurrence(Unavailable);

/** The errors of every operation on a collection without a body. */
export const LIST_ERRORS = [malformedQuery, notAcceptable, invalidQuery, unavailable];

/** The errors of every operation on one resource without a body. */
export const RESOURCE_ERRORS = [malformedPath, malformedQuery, notAcceptable, invalidId, unavailable];

/** A PUT of a part of a resource. */
const partialPut = occurrence(MalformedRequest, {
  name: 'PartialPut',
  details: [contentRangeRefused('bytes 0-1/10')],
});

/** The common errors of operations with a body. */
const bodyErrors = [
  occurrence(MalformedJson, {
    details: [{ type: 'json_invalid', loc: ['body', 9], msg: 'JSON decode error' }],
  }),
  malformedQuery,
  notAcceptable,
  occurrence(RequestTimeout),
  occurrence(BodyTooLarge),
  unavailable,
];

/** The errors of a create, except for the failed validation of its body. */
export const BODY_ERRORS = [...bodyErrors, occurrence(UnsupportedMediaType)];

/** The errors of an operation that reads its body as a stream. */
export const STREAM_ERRORS = [
  malformedQuery,
  notAcceptable,
  invalidQuery,
  occurrence(RequestTimeout),
  occurrence(BodyTooLarge),
  unavailable,
  occurrence(UnsupportedStreamType),
];

/** The errors of a PUT, with the same exception. */
export const PUT_ERRORS = [...BODY_ERRORS, partialPut];

/** The errors of a PATCH, with the same exception. */
export const PATCH_ERRORS = [
  ...bodyErrors,
  occurrence(UnsupportedMediaType, {
    name: 'UnsupportedPatchType',
    headers: ['Accept-Patch'],
  }),
];

/**
 * The errors of every operation that requires a credential.
 *
 * @param scope Its scope; undefined if every credential suffices.
 */
export const accessErrors = (scope?: string) => [
  occurrence(Unauthorized),
  occurrence(RateLimited),
  ...(scope === undefined
    ? []
    : [
        occurrence(Forbidden, { name: `Missing${scopeInPascalCase(scope)}`, details: [missingScope(scope)] }),
      ]),
];

/** As in `SongsRead`: operations of one path may differ in their scopes. */
const scopeInPascalCase = (scope: string) =>
  scope.replaceAll(/(?:^|[:-])([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The error of a request with a false `If-Match` or `If-None-Match`. */
export const preconditionFailed = occurrence(PreconditionFailed);

import type { ErrorKind } from '../errors/define-error.ts';
import { VERSIONED_BASE } from '../http/base-path.ts';
import {
  ExpectationFailed,
  Forbidden,
  HeadersTooLarge,
  MalformedRequest,
  MethodNotAllowed,
  NotFound,
  NotImplemented,
  RangeNotSatisfiable,
  RequestTimeout,
} from '../http/errors.ts';

/** The errors that belong to no operation: no such path, no such method, a request that is not HTTP, a file of the docs. */
export const OUTSIDE_OPERATIONS: readonly ErrorKind[] = [
  MalformedRequest,
  Forbidden,
  NotFound,
  MethodNotAllowed,
  RequestTimeout,
  RangeNotSatisfiable,
  ExpectationFailed,
  HeadersTooLarge,
  NotImplemented,
];

const errorTable = OUTSIDE_OPERATIONS.map(
  ({ status, code, message }) => `| ${status} | \`${code}\` | ${message} |`,
).join('\n');

/** What a client developer should know before the first request, in CommonMark. */
export const DESCRIPTION = `Every answer of every operation is described here, errors and their examples included, and nothing else is ever sent.

Try the operations out at [\`/docs\`](/docs), from top to bottom: what is filled in works on a new database, which
holds three songs, with the ids 1 to 3, and no tasks. Read all about them at [\`/redoc\`](/redoc).

## Base

Every path answers at the root and under \`${VERSIONED_BASE}\`. Build on \`${VERSIONED_BASE}\`: a change that breaks clients would come under
another base, beside it.

A path with a trailing slash is another path, which does not exist: 404.

## Requests

Query strings are percent-encoded UTF-8. Bodies are JSON in UTF-8. Nothing is converted (\`"1"\` is not \`1\`), and
unknown fields and query parameters are refused. The answer to a request that fails validation lists every failure, with its place. Answers may get new fields: ignore
those that you do not know.

Bodies may have \`1.0\`, \`1e0\` and \`-0\` for the integers 1, 1 and 0. JSON numbers are read in double precision (RFC 8259,
section 6): \`1.000000000000000005\` is 1. In paths and query strings, an integer is decimal digits, after a minus if it is
negative; leading zeros do not count.

## Lists

A list is a JSON array, one page of it. The \`Link\` header holds the URL of the next page; the last page has none. With
\`count=true\`, \`X-Total-Count\` tells how many rows there are on all pages.

## Versions of a resource

Each response with one resource has its version in \`ETag\`. Every read and write of one resource evaluates \`If-Match\` (strong
comparison), then \`If-None-Match\` (weak comparison), in the order of RFC 9110, 13.2.2. If \`If-Match\` does not hold, the
response is 412. If \`If-None-Match\` does not hold, it is 304 to a read and 412 to a write. A write and the evaluation of
its preconditions are one step: no other write comes between them. A missing resource is 404, whatever its preconditions are.

The target of a create is the collection, which exists and has no entity tag: \`If-Match: *\` holds, \`If-None-Match: *\` and an
\`If-Match\` with entity tags do not. Lists and probes ignore preconditions. No resource has a \`Last-Modified\`,
so \`If-Modified-Since\` and \`If-Unmodified-Since\` are ignored (RFC 9110, 13.1.3 and 13.1.4).

## Errors

Every error is an \`ApiError\`, or, for clients that prefer \`application/problem+json\`, the same as a \`Problem\` (RFC 9457).
Programs should branch on \`code\`. Each operation lists the errors that it sends; these may also come before there is an
operation, or from the files of the docs pages:

| status | code | message |
|---|---|---|
${errorTable}

A 405 names the methods that the path has in \`Allow\`, as does the response to \`OPTIONS\`. The latter, and a 415 to a PATCH,
name the media types of a patch in \`Accept-Patch\`. A PUT with \`Content-Range\` is 400: it replaces whole resources only.

## Every answer

\`X-Request-Id\` is the id of the request: the client's own, if it sent one, or a new one. Name it when you report a fault.
\`X-Process-Time\` tells how many seconds the service took.

\`Cache-Control\` is \`private, no-cache\` on lists and reads of one resource, and \`no-store\` on writes, probes and errors.
\`Vary\` is \`Origin, Accept\`, except for this document: CORS headers depend on the one, the representation of errors on the other.`;

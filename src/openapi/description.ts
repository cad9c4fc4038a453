import type { ErrorKind } from '../errors/define-error.ts';
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
import { VERSIONED_BASE } from '../http/request-target.ts';

/** The errors outside of operations: unknown paths and methods, invalid HTTP, files of the docs. */
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

/** The rules for all operations, in CommonMark. ReDoc lists each heading in its menu. */
const CONVENTIONS = `The rules for all operations.

## Base path

Every path is available at the root and under \`${VERSIONED_BASE}\`. Use \`${VERSIONED_BASE}\`: a breaking change gets a new base path,
and \`${VERSIONED_BASE}\` does not change. A path with a trailing slash is a different path, which does not exist (404).

## Requests

Query strings are percent-encoded UTF-8. Bodies are JSON in UTF-8. Types are not coerced: \`"1"\` is not \`1\`. Unknown
fields and unknown query parameters are rejected. The response to an invalid request lists every failure with its
location. Responses may get new fields: ignore unknown fields.

\`1.0\`, \`1e0\` and \`-0\` are valid integers in bodies: 1, 1 and 0. JSON numbers have double precision (RFC 8259,
section 6): \`1.000000000000000005\` is 1. In paths and query strings, an integer consists of decimal digits, with a leading minus
if it is negative; leading zeros are ignored.

## Lists

A list is a JSON array with one page of rows. The \`Link\` header contains the URL of the next page; it is absent on the
last page. With \`count=true\`, \`X-Total-Count\` contains the number of rows on all pages.

## Conditional requests

Each response with one resource contains its version in \`ETag\`. Reads and writes of one resource evaluate \`If-Match\` (strong
comparison), then \`If-None-Match\` (weak comparison), in the order of RFC 9110, 13.2.2. If \`If-Match\` is false, the
response is 412. If \`If-None-Match\` is false, the response is 304 for reads and 412 for writes. A write and the
evaluation of its preconditions are atomic. A missing resource is 404, with any precondition.

The target of a create is the collection, which exists and has no entity tag: \`If-Match: *\` is true; \`If-None-Match: *\` and
\`If-Match\` with entity tags are false. Lists and probes ignore preconditions. No resource has a \`Last-Modified\`, so
\`If-Modified-Since\` and \`If-Unmodified-Since\` are ignored (RFC 9110, 13.1.3 and 13.1.4).

## Authentication

With authentication, every operation except the probes needs a credential: an access token of the issuer (JWT), or an API key,
as \`Authorization: Bearer …\`. A missing or invalid credential is 401, a credential without the scope of the operation is 403;
\`WWW-Authenticate\` tells which (RFC 6750). Both are sent before the parameters and the body are validated. Tasks belong to the
caller who created them: the tasks of others are 404 and are not in lists, except with the scope \`tasks:all\`.

If the operator has switched authentication off, this document has no security, and everyone may read and write.

## Events

\`GET /events\` streams every change as server-sent events, once and in order. The events of a stream are the JSON texts in its \`data\`;
\`checkpoint\` and \`reset\` have no event: they tell where the client is, and that it missed events. A client that reconnects sends the last
id as \`Last-Event-ID\`, to any instance.

## Errors

Every error is an \`ApiError\`. Clients that prefer \`application/problem+json\` get the same error as a \`Problem\` (RFC 9457).
Branch on \`code\`. Each operation lists its errors. The following errors also occur outside of operations, for example for
unknown paths and for files of the docs pages:

| status | code | message |
|---|---|---|
${errorTable}

A 405 lists the methods of the path in \`Allow\`, as does the response to \`OPTIONS\`. The response to \`OPTIONS\` and a 415 for a PATCH
list the media types of patches in \`Accept-Patch\`. A PUT with \`Content-Range\` is 400: PUT only replaces whole resources.

## Headers of every response

\`X-Request-Id\` is the id of the request: the id that the client sent, or a new one. Include it in bug reports.
\`X-Process-Time\` is the processing time in seconds.

\`Cache-Control\` is \`private, no-cache\` on lists and reads of one resource, and \`no-store\` on writes, probes and errors.
\`Vary\` is \`Origin, Accept\`, except for this document: CORS headers depend on \`Origin\`, the format of errors on \`Accept\`.`;

const section = (title: string) =>
  `[${title.toLowerCase()}](/redoc#tag/conventions/${title.replaceAll(' ', '-')})`;

/** The description of the API: short, so that `/docs` shows operations on its first screen. */
export const DESCRIPTION = `This document describes every response, including errors. The service sends nothing else. The prefilled values of
each operation at [\`/docs\`](/docs) work on a new database, from top to bottom.

Conventions: ${['Base path', 'Requests', 'Lists', 'Conditional requests', 'Authentication', 'Events', 'Errors', 'Headers of every response'].map(section).join(', ')}.`;

/** The credentials: their scopes are in the security of each operation. */
export const securitySchemes = {
  bearerAuth: {
    type: 'http' as const,
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'An access token of the configured issuer (JWT, RFC 9068, verified by the rules of RFC8725), or an API key. Both are sent as `Authorization: Bearer …`.',
  },
};

/** The tags that are not resources. The last one has no operations: it describes the common rules. */
export const OTHER_TAGS = [
  { name: 'events', description: 'The changes of all resources, as a stream and as an audit log.' },
  { name: 'jobs', description: 'The progress of imports.' },
  {
    name: 'webhooks',
    description: 'URLs that get the events, signed, in order per resource, and at least once.',
  },
  { name: 'identity', description: 'The caller of the API.' },
  { name: 'service', description: 'Liveness and readiness probes for operators.' },
  { name: 'conventions', description: CONVENTIONS },
];

import { type TSchema, Type } from '@sinclair/typebox';
import { Int32 } from '../../schemas/fields.ts';
import { ACCEPT_PATCH } from './requests.ts';

/** The rules for a header of the contract or of CORS. */
export interface HeaderRules {
  /**
   * Its declaration in responses; undefined if the contract does not declare it. A header that contains a path has its
   * example in the operation (`withHeaderExample`).
   */
  schema?: TSchema;
  /** The responses that have it: every response, or any response (CORS); undefined: only responses that declare it. */
  on?: 'every response' | 'any response';
  /** Whether pages of other origins may read it (`Access-Control-Expose-Headers`). */
  isExposed?: true;
  /** Whether pages of other origins may send it (`Access-Control-Allow-Headers`). */
  isAllowed?: true;
  /** Whether it describes a success: the error handler removes it. */
  isOfSuccess?: true;
}

/** Every header of the contract, CORS and the error handler, by name. */
export const headers = {
  Accept: { isAllowed: true },
  Authorization: { isAllowed: true },
  'X-User-Id': { isAllowed: true },
  'Content-Type': { isAllowed: true },
  'Idempotency-Key': { isAllowed: true },
  'Idempotency-Replayed': {
    isExposed: true,
    schema: Type.String({
      pattern: '^true$',
      maxLength: 4,
      description: 'Present if this is the outcome of an earlier request with the same `Idempotency-Key`.',
      examples: ['true'],
    }),
  },
  Prefer: { isAllowed: true },
  'If-Match': { isAllowed: true },
  'If-None-Match': { isAllowed: true },
  'Cache-Control': {
    on: 'every response',
    schema: Type.String({
      pattern: '^[a-z0-9=-]+(, [a-z0-9=-]+)*$',
      maxLength: 100,
      description:
        'How caches may use the response: `no-store` for errors and writes, `private, no-cache` for reads. With `no-transform`, proxies must not compress it: its `ETag` would become weak.',
      examples: ['private, no-cache, no-transform'],
    }),
  },
  'X-Request-Id': {
    on: 'every response',
    isExposed: true,
    isAllowed: true,
    schema: Type.String({
      pattern: '^[\\w.:-]+$',
      maxLength: 128,
      description: 'The id of the request: the `X-Request-Id` of the request, or a new id.',
      examples: ['7b1f0f3e-5a0e-4a55-9d3c-2f8b64b0a1c9'],
    }),
  },
  'X-Process-Time': {
    on: 'every response',
    isExposed: true,
    schema: Type.String({
      pattern: '^[0-9]+\\.[0-9]{4}$',
      maxLength: 16,
      description: 'The processing time in seconds.',
      examples: ['0.0012'],
    }),
  },
  'Access-Control-Allow-Origin': {
    on: 'any response',
    schema: Type.String({
      format: 'uri',
      maxLength: 2000,
      description:
        'The origin of the page that sent the request, if the origin is allowed; absent otherwise.',
      examples: ['https://myapp.com'],
    }),
  },
  'Access-Control-Allow-Credentials': {},
  'Access-Control-Allow-Headers': {},
  'Access-Control-Allow-Methods': {},
  'Access-Control-Expose-Headers': {},
  'Access-Control-Max-Age': {},
  Allow: { isExposed: true },
  'Accept-Encoding': {
    schema: Type.String({
      pattern: '^identity$',
      maxLength: 8,
      description:
        'The supported content coding of request bodies; present only if an unsupported coding caused the error.',
      examples: ['identity'],
    }),
  },
  'Accept-Patch': {
    isExposed: true,
    schema: Type.String({
      pattern: '^[a-z+/-]+(, [a-z+/-]+)*$',
      maxLength: 200,
      description: 'The supported media types of patches (RFC 5789).',
      examples: [ACCEPT_PATCH],
    }),
  },
  'Content-Disposition': {
    isExposed: true,
    isOfSuccess: true,
    schema: Type.String({
      pattern: '^attachment; filename="[a-z0-9.-]+"$',
      maxLength: 200,
      description: 'The name of the file in which browsers store the response.',
      examples: ['attachment; filename="songs.csv"'],
    }),
  },
  'Preference-Applied': {
    isExposed: true,
    isOfSuccess: true,
    schema: Type.String({
      pattern: '^respond-async$',
      maxLength: 13,
      description: 'The preference of the request that the response follows (RFC 7240).',
      examples: ['respond-async'],
    }),
  },
  ETag: {
    isExposed: true,
    isOfSuccess: true,
    schema: Type.String({
      pattern: '^"[!#-~]+"$',
      maxLength: 100,
      description: 'The version of the resource, for `If-Match` and `If-None-Match`.',
      examples: ['"0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35"'],
    }),
  },
  Link: {
    isExposed: true,
    isOfSuccess: true,
    schema: Type.String({
      pattern: '^<[^>]+>; rel="next"$',
      maxLength: 16_384,
      description: 'The URL of the next page (RFC 8288); absent on the last page.',
    }),
  },
  Location: {
    isExposed: true,
    isOfSuccess: true,
    schema: Type.String({
      format: 'uri-reference',
      maxLength: 100,
      description: 'The path of the new resource.',
    }),
  },
  RateLimit: {
    on: 'any response',
    isExposed: true,
    schema: Type.String({
      pattern: '^"default";r=[0-9]+;t=[0-9]+$',
      maxLength: 100,
      description:
        'The number of requests that the caller can send at once (`r`), and the seconds until its quota is unused again (`t`); absent if requests are not limited (draft-ietf-httpapi-ratelimit-headers).',
      examples: ['"default";r=599;t=1'],
    }),
  },
  'RateLimit-Policy': {
    on: 'any response',
    isExposed: true,
    schema: Type.String({
      pattern: '^"default";q=[0-9]+;w=[0-9]+$',
      maxLength: 100,
      description:
        'The quota of each caller: requests (`q`) per seconds (`w`); absent if requests are not limited.',
      examples: ['"default";q=600;w=60'],
    }),
  },
  'Retry-After': {
    isExposed: true,
    schema: Int32({
      minimum: 1,
      maximum: 86_400,
      description: 'The number of seconds to wait before a retry.',
      examples: [1],
    }),
  },
  'WWW-Authenticate': {
    isExposed: true,
    schema: Type.String({
      pattern: '^Bearer realm="setlist"(, error="(invalid_token|insufficient_scope)")?(, scope="[!#-~ ]*")?$',
      maxLength: 1000,
      description: 'The scheme of credentials, and why the credential does not suffice (RFC 6750).',
      examples: ['Bearer realm="setlist"'],
    }),
  },
  'X-Total-Count': {
    isExposed: true,
    isOfSuccess: true,
    schema: Int32({
      minimum: 0,
      description: 'The number of rows on all pages; present only with `count=true`.',
      examples: [3],
    }),
  },
} as const satisfies Record<string, HeaderRules>;

type Headers = typeof headers;

/** A header that a single response may declare. */
export type DeclaredHeader = {
  [Name in keyof Headers]: Headers[Name] extends { schema: TSchema }
    ? Headers[Name] extends { on: string }
      ? never
      : Name
    : never;
}[keyof Headers];

/** The names of the headers that meet a condition, in the order of the registry. */
export const headersWith = (condition: (rules: HeaderRules) => unknown): string[] =>
  Object.entries<HeaderRules>(headers).flatMap(([name, rules]) => (condition(rules) ? [name] : []));

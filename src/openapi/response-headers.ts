import { type TSchema, Type } from '@sinclair/typebox';
import { Int32 } from '../../schemas/fields.ts';
import { ACCEPT_PATCH } from '../http/requests.ts';

/** The headers that an answer may have and that mean something to a client. */
const headers = {
  'X-Request-Id': Type.String({
    pattern: '^[\\w.:-]+$',
    maxLength: 128,
    description: 'The id of the request: the one that the client sent in `X-Request-Id`, or a new one.',
    examples: ['7b1f0f3e-5a0e-4a55-9d3c-2f8b64b0a1c9'],
  }),
  'X-Process-Time': Type.String({
    pattern: '^[0-9]+\\.[0-9]{4}$',
    maxLength: 16,
    description: 'How long the service took, in seconds.',
    examples: ['0.0012'],
  }),
  'Access-Control-Allow-Origin': Type.String({
    format: 'uri',
    maxLength: 2000,
    description: 'The origin of the page that asks, where it is one of those that may; absent otherwise.',
    examples: ['https://myapp.com'],
  }),
  'Accept-Patch': Type.String({
    pattern: '^[a-z+/-]+(, [a-z+/-]+)*$',
    maxLength: 200,
    description: 'The media types that a patch may have (RFC 5789).',
    examples: [ACCEPT_PATCH],
  }),
  ETag: Type.String({
    pattern: '^"[!#-~]+"$',
    maxLength: 100,
    description: 'The version of the resource, for `If-Match` and `If-None-Match`.',
    examples: ['"0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35"'],
  }),
  Location: Type.String({
    format: 'uri-reference',
    maxLength: 100,
    description: 'The path of the new resource.',
    examples: ['/v1/songs/4'],
  }),
  Link: Type.String({
    pattern: '^<[^>]+>; rel="next"$',
    maxLength: 16_384,
    description: 'The next page (RFC 8288); absent on the last one.',
    examples: ['</v1/tasks?limit=20&cursor=20.Qm9vaw.1795158515123.1795158515123>; rel="next"'],
  }),
  'X-Total-Count': Int32({
    minimum: 0,
    description: 'How many rows there are on all pages; only with `count=true`.',
    examples: [3],
  }),
  'Accept-Encoding': Type.String({
    pattern: '^identity$',
    maxLength: 8,
    description: 'The content coding that bodies may have; only where another one was the reason.',
    examples: ['identity'],
  }),
  'Retry-After': Int32({
    minimum: 1,
    maximum: 3600,
    description: 'In how many seconds to try again.',
    examples: [1],
  }),
};

const ON_EVERY_ANSWER = ['X-Request-Id', 'X-Process-Time', 'Access-Control-Allow-Origin'] as const;

/** A header that some answers have and others do not. */
export type HeaderName = Exclude<keyof typeof headers, (typeof ON_EVERY_ANSWER)[number]>;

/** The declarations of the given headers and of those that every answer has. */
export const withHeaders = (...names: HeaderName[]): Record<string, TSchema> =>
  Object.fromEntries([...ON_EVERY_ANSWER, ...names].map((name) => [name, headers[name]] as const));

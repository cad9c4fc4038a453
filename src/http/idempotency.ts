import type { IncomingHttpHeaders } from 'node:http';
import { Type } from '@sinclair/typebox';
import { defineError } from '../errors/define-error.ts';

export const IdempotencyKeyReused = defineError(
  'idempotency_key_reused',
  422,
  'The Idempotency-Key belongs to another request',
);

/** The headers of a create (draft-ietf-httpapi-idempotency-key-header). */
export const IdempotencyHeaders = Type.Object({
  'Idempotency-Key': Type.Optional(
    Type.String({
      pattern: '^("[ !#-~]{1,255}"|[!#-~]{1,255})$',
      maxLength: 257,
      description:
        'A value that no other create of the caller has, such as a UUID, also in quotes. A request that is repeated with it has no second effect: the response is the first outcome, with `Idempotency-Replayed`. It is remembered for at least a day by default.',
      examples: ['6f1f3c0e-5b0f-4c8e-9d57-0d9c3a1b7e42'],
    }),
  ),
});

/** The idempotency key of a request, without quotes; undefined if there is none. */
export function idempotencyKeyOf({ 'idempotency-key': key }: IncomingHttpHeaders): string | undefined {
  return typeof key === 'string' ? key.replace(/^"(.*)"$/, '$1') : undefined;
}

import { Type } from '@sinclair/typebox';
import { Nullable, OneOf, Text, Timestamp } from './fields.ts';
import { type Model, model, ref } from './ref.ts';

/** The path of a resource. */
export const SUBJECT = { maxLength: 200, examples: ['/songs/1'] };
/** The kind of the credential and the id of the caller, as in `key:ada`. */
export const ACTOR = { minLength: 1, maxLength: 300, examples: ['key:ada'] };

/** The audit entry of a change, and a page of them. */
export function auditModels(types: readonly string[]): { entry: Model; list: Model } {
  const [action = ''] = types;
  const example = {
    id: 42,
    action,
    subject: '/songs/1',
    actor: 'key:ada',
    requestId: '0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35',
    occurredAt: '2026-11-20T07:28:35.123Z',
  };
  const entry = model(
    'AuditEntry',
    Type.Object(
      {
        id: Type.Integer({
          format: 'int64',
          minimum: 1,
          maximum: Number.MAX_SAFE_INTEGER,
          description: 'The position of the event of the change. Later changes have higher ones.',
          examples: [42],
        }),
        action: OneOf(types, { description: 'The kind of change.', examples: [action] }),
        subject: Text({ ...SUBJECT, description: 'The path of the resource.' }),
        actor: Nullable(
          Text(ACTOR),
          'The caller: `key:` and the name of the API key, or `token:` and the subject of the token; null if authentication was off, or for a change by another program.',
        ),
        requestId: Nullable(
          Text({ minLength: 1, maxLength: 128, examples: [example.requestId] }),
          'The `X-Request-Id` of the request; null for a change by another program.',
        ),
        occurredAt: Timestamp('The time of the change.'),
      },
      { description: 'A change of a resource, with its caller and time.', examples: [example] },
    ),
  );
  const list = model(
    'AuditEntryList',
    Type.Array(ref(entry), {
      maxItems: 100,
      description: 'One page of audit entries, newest first.',
      examples: [[example]],
    }),
  );
  return { entry, list };
}

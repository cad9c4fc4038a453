import { type Static, Type } from '@sinclair/typebox';
import { eventTypesOf } from './event.ts';
import { Identifier, Nullable, OneOf, Text, Timestamp } from './fields.ts';
import { model, ref } from './ref.ts';
import type { AnyResource } from './resource.ts';

/** Why a webhook is disabled. */
export const DISABLED_REASONS = ['gone', 'failing', 'requested'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;

/** The number of attempts that a delivery shows. */
export const MAX_SHOWN_ATTEMPTS = 10;

/** The position of an event. */
export const Position = (description: string) =>
  Type.Integer({
    format: 'int64',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description,
    examples: [42],
  });

const EXAMPLE_ATTEMPT = {
  at: '2026-11-20T07:28:35.123Z',
  status: 503,
  durationMs: 12,
  error: 'The response has the status 503',
};

/** An attempt of a delivery. */
const attempt = model(
  'WebhookAttempt',
  Type.Object(
    {
      at: Timestamp('The time of the attempt.'),
      status: Type.Union([Type.Integer({ minimum: 100, maximum: 999, format: 'int32' }), Type.Null()], {
        description: 'The status of the response; null without a response.',
        examples: [503],
      }),
      durationMs: Type.Integer({
        minimum: 0,
        maximum: 2_147_483_647,
        format: 'int32',
        description: 'The duration in milliseconds.',
        examples: [12],
      }),
      error: Nullable(
        Text({ maxLength: 200, examples: ['The response has the status 503'] }),
        'Why it failed; null if it succeeded.',
      ),
    },
    { description: 'An attempt to deliver an event.', examples: [EXAMPLE_ATTEMPT] },
  ),
);
export type Attempt = Static<typeof attempt>;

const EXAMPLE = {
  id: 1,
  url: 'https://receiver.example/hooks',
  eventTypes: ['song.*'],
  description: 'Updates the search index',
  enabled: true,
  disabledReason: null,
  disabledAt: null,
  failingSince: null,
  createdAt: '2026-11-20T07:28:35.123Z',
  updatedAt: '2026-11-20T07:28:35.123Z',
};

/** The models of webhooks for the events of the given resources. */
export function webhookModels(resources: readonly AnyResource[]) {
  const patterns = [
    '*',
    ...resources.flatMap((resource) => [`${resource.names.code}.*`, ...eventTypesOf(resource)]),
  ];
  const types = resources.flatMap(eventTypesOf);
  const fields = {
    url: Type.String({
      minLength: 9,
      maxLength: 2_000,
      pattern: "^https?://[A-Za-z0-9.:\\[\\]-]+(?:[/?][A-Za-z0-9._~:/?@!$&'()*+,;=%-]*)?$",
      description:
        'The URL that gets the events by POST. It must be a public https URL, unless the operator allows others.',
      examples: [EXAMPLE.url],
    }),
    eventTypes: Type.Array(
      OneOf(patterns, {
        description: `A type of event, as in \`song.created\`; all of a resource, as in \`song.*\`; or all, \`*\`.`,
        examples: [patterns[1]],
      }),
      {
        minItems: 1,
        maxItems: 50,
        description: 'The events that are delivered, of those that the owner can read.',
        examples: [EXAMPLE.eventTypes],
      },
    ),
    description: Text({
      maxLength: 200,
      description: 'A note of the owner.',
      examples: [EXAMPLE.description],
    }),
  };
  const shown = {
    id: Identifier('The id of the webhook.'),
    ...fields,
    enabled: Type.Boolean({ description: 'Whether events are delivered.', examples: [true] }),
    disabledReason: Nullable(
      OneOf(DISABLED_REASONS, { description: 'The reason.', examples: ['failing'] }),
      'Why it is disabled: `gone` (the receiver responded with 410), `failing` (all deliveries failed for days) or `requested`; null if it is enabled.',
    ),
    disabledAt: Nullable(Timestamp('The time.'), 'The time at which it was disabled; null if it is enabled.'),
    failingSince: Nullable(
      Timestamp('The time.'),
      'The time of the first failed delivery after the last successful one; null if the last one succeeded.',
    ),
    createdAt: Timestamp('The time at which the webhook was created.'),
    updatedAt: Timestamp('The time at which its owner last changed it.'),
  };
  const { url, eventTypes, description } = EXAMPLE;
  const example = { url, eventTypes, description };

  const item = model(
    'Webhook',
    Type.Object(shown, { description: 'A URL that gets events.', examples: [EXAMPLE] }),
  );
  const withSecret = model(
    'WebhookWithSecret',
    Type.Object(
      {
        ...shown,
        secret: Type.String({
          pattern: '^whsec_[A-Za-z0-9+/]+=*$',
          maxLength: 100,
          description: 'The secret that verifies deliveries (Standard Webhooks). It is not shown again.',
          examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
        }),
      },
      {
        description: 'A webhook with its secret.',
        examples: [{ ...EXAMPLE, secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' }],
      },
    ),
  );
  const create = model(
    'WebhookCreate',
    Type.Object(
      {
        url: fields.url,
        eventTypes: Type.Optional(
          Type.Array(fields.eventTypes.items, { ...fields.eventTypes, default: ['*'] }),
        ),
        description: Type.Optional(Text({ ...fields.description, maxLength: 200, default: '' })),
      },
      { additionalProperties: false, description: 'A new webhook.', examples: [example] },
    ),
  );
  const update = model(
    'WebhookUpdate',
    Type.Object(
      {
        url: Type.Optional(fields.url),
        eventTypes: Type.Optional(fields.eventTypes),
        description: Type.Optional(fields.description),
        enabled: Type.Optional(
          Type.Boolean({
            description:
              'Whether events are delivered. Pending deliveries wait while it is false; new events are not delivered later.',
            examples: [true],
          }),
        ),
      },
      {
        additionalProperties: false,
        description: 'Changes of a webhook (JSON Merge Patch).',
        examples: [{ eventTypes: ['song.created'] }],
      },
    ),
  );
  const list = model(
    'WebhookList',
    Type.Array(ref(item), { maxItems: 100, description: 'One page of webhooks.', examples: [[EXAMPLE]] }),
  );

  const deliveryExample = {
    id: 42,
    eventId: '0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35',
    eventType: types[0],
    subject: '/songs/1',
    status: 'pending',
    attemptCount: 1,
    attempts: [EXAMPLE_ATTEMPT],
    nextAttemptAt: '2026-11-20T07:28:40.123Z',
    createdAt: '2026-11-20T07:28:35.023Z',
    completedAt: null,
  };
  const delivery = model(
    'WebhookDelivery',
    Type.Object(
      {
        id: Position('The position of the event.'),
        eventId: Type.String({
          format: 'uuid',
          maxLength: 36,
          description: 'The id of the event, which is the header `webhook-id`.',
          examples: [deliveryExample.eventId],
        }),
        eventType: OneOf(types, { description: 'The type of the event.', examples: types.slice(0, 1) }),
        subject: Text({ maxLength: 200, description: 'The path of the resource.', examples: ['/songs/1'] }),
        status: OneOf(DELIVERY_STATUSES, {
          description: '`pending` until it is delivered, or failed for too long.',
          examples: ['pending'],
        }),
        attemptCount: Type.Integer({
          minimum: 0,
          maximum: 2_147_483_647,
          format: 'int32',
          description: 'The number of attempts.',
          examples: [1],
        }),
        attempts: Type.Array(ref(attempt), {
          maxItems: MAX_SHOWN_ATTEMPTS,
          description: `The last ${MAX_SHOWN_ATTEMPTS} attempts, newest first.`,
          examples: [deliveryExample.attempts],
        }),
        nextAttemptAt: Nullable(
          Timestamp('The time.'),
          'The earliest time of the next attempt; null if there is none, or while earlier events of the resource are pending.',
        ),
        createdAt: Timestamp('The time at which the delivery was created.'),
        completedAt: Nullable(
          Timestamp('The time.'),
          'The time at which it was delivered or given up; null while it is pending.',
        ),
      },
      { description: 'The delivery of an event to a webhook.', examples: [deliveryExample] },
    ),
  );
  const deliveries = model(
    'WebhookDeliveryList',
    Type.Array(ref(delivery), {
      maxItems: 100,
      description: 'One page of deliveries, newest first.',
      examples: [[deliveryExample]],
    }),
  );
  return { item, withSecret, create, update, list, attempt, delivery, deliveries };
}

/** Whether one of the patterns of a webhook names the type of an event. */
export const matchesType = (patterns: readonly string[], type: string): boolean =>
  patterns.some((pattern) => pattern === '*' || pattern === type || pattern === `${type.split('.')[0]}.*`);

import { Type } from '@sinclair/typebox';
import type { FastifySchema } from 'fastify';
import { Identifier, OneOf } from '../../../schemas/fields.ts';
import { webhook } from '../../../schemas/index.ts';
import { IdCursor, PageLimit } from '../../../schemas/pagination.ts';
import { ref } from '../../../schemas/ref.ts';
import { DELIVERY_STATUSES } from '../../../schemas/webhook.ts';
import { defineError } from '../../errors/define-error.ts';
import { ReadPreconditions, WritePreconditions } from '../../http/conditional-requests.ts';
import { VERSIONED_BASE } from '../../http/request-target.ts';
import { MERGE_PATCH_DOCS, NoQuery, PATCH_TYPES } from '../../http/requests.ts';
import { security } from '../../identity/plugin.ts';
import { errorResponses, occurrence } from '../../openapi/error-responses.ts';
import {
  accessErrors,
  BODY_ERRORS,
  LIST_ERRORS,
  PATCH_ERRORS,
  preconditionFailed,
  RESOURCE_ERRORS,
} from '../../openapi/request-errors.ts';
import { emptyResponse, jsonResponse, withHeaderExample } from '../../openapi/responses.ts';
import { ValidationFailed } from '../../validation/plugin.ts';
import { RequestValidators } from '../../validation/request-validators.ts';
import { ROTATION_HOURS } from './webhook-store.ts';

export const WEBHOOKS_PATH = '/webhooks';
export const READ = 'webhooks:read';
export const WRITE = 'webhooks:write';

export const WebhookNotFound = defineError('webhook_not_found', 404, 'Webhook not found');
export const WebhookLimitReached = defineError('webhook_limit_reached', 409, 'Webhook limit reached');
export const WebhookUrlRefused = defineError(
  'webhook_url_refused',
  409,
  'The service only sends events to public https URLs',
);

export const WebhookParams = Type.Object({ id: Identifier('The id of the webhook.') });

const page = {
  // Optional: the failures of a path are listed before defaults are set.
  limit: Type.Optional(PageLimit('rows')),
  cursor: Type.Optional(IdCursor()),
};
export const WebhookQuery = Type.Object(page, { additionalProperties: false });
export const DeliveryQuery = Type.Object(
  {
    status: Type.Optional(
      OneOf(DELIVERY_STATUSES, { description: 'Only deliveries with this status.', examples: ['pending'] }),
    ),
    ...page,
  },
  { additionalProperties: false },
);

const reads = { tags: ['webhooks'], security: security(READ) };
const writes = { tags: ['webhooks'], security: security(WRITE) };
const single = { params: WebhookParams, querystring: NoQuery };
const missing = occurrence(WebhookNotFound, { parameters: { id: '404' } });
const refused = occurrence(WebhookUrlRefused);
/** The failures of an example body. */
const invalidDetails = new RequestValidators([]).failures(
  { body: webhook.create },
  {
    params: undefined,
    querystring: undefined,
    headers: undefined,
    body: { url: 'ftp://receiver.example/' },
  },
).details;
const invalid = occurrence(ValidationFailed, { name: 'InvalidWebhook', details: invalidDetails });
const nextPage = (path: string) => `<${VERSIONED_BASE}${path}?limit=20&cursor=42>; rel="next"`;

export const listWebhooks = {
  ...reads,
  operationId: 'listWebhooks',
  summary: 'List webhooks',
  description:
    'Returns one page of the webhooks of the caller, oldest first. The `Link` header contains the URL of the next page.',
  querystring: WebhookQuery,
  response: {
    200: withHeaderExample(
      jsonResponse('One page of webhooks', ref(webhook.list), 'Link'),
      'Link',
      nextPage(WEBHOOKS_PATH),
    ),
    ...errorResponses(...LIST_ERRORS, ...accessErrors(READ)),
  },
} satisfies FastifySchema;

export const createWebhook = {
  ...writes,
  operationId: 'createWebhook',
  summary: 'Create a webhook',
  description:
    'Sends the events after this request, and possibly of the second before, to a URL, signed with the secret in the response (Standard Webhooks). Events are those that the caller can read now; the number of webhooks of a caller is limited.',
  querystring: NoQuery,
  body: ref(webhook.create),
  response: {
    201: withHeaderExample(
      jsonResponse('The created webhook', ref(webhook.withSecret), 'Location', 'ETag'),
      'Location',
      `${VERSIONED_BASE}${WEBHOOKS_PATH}/1`,
    ),
    ...errorResponses(
      ...BODY_ERRORS,
      ...accessErrors(WRITE),
      invalid,
      refused,
      occurrence(WebhookLimitReached),
      preconditionFailed,
    ),
  },
} satisfies FastifySchema;

export const getWebhook = {
  ...reads,
  ...single,
  operationId: 'getWebhook',
  summary: 'Get a webhook',
  description: 'Returns the current state of a webhook, without its secret.',
  headers: ReadPreconditions,
  response: {
    200: jsonResponse('The webhook', ref(webhook.item), 'ETag'),
    304: emptyResponse('The client already has this version', 'ETag'),
    ...errorResponses(...RESOURCE_ERRORS, ...accessErrors(READ), missing, preconditionFailed),
  },
} satisfies FastifySchema;

export const updateWebhook = {
  ...writes,
  ...single,
  operationId: 'updateWebhook',
  summary: 'Update a webhook',
  description:
    'Changes the fields in the JSON Merge Patch (RFC 7396). Pending deliveries are attempted at once if the webhook is enabled or gets another URL.',
  externalDocs: MERGE_PATCH_DOCS,
  headers: WritePreconditions,
  consumes: PATCH_TYPES,
  body: ref(webhook.update),
  response: {
    200: jsonResponse('The updated webhook', ref(webhook.item), 'ETag'),
    ...errorResponses(...PATCH_ERRORS, ...accessErrors(WRITE), invalid, missing, refused, preconditionFailed),
  },
} satisfies FastifySchema;

export const deleteWebhook = {
  ...writes,
  ...single,
  operationId: 'deleteWebhook',
  summary: 'Delete a webhook',
  description: 'Deletes a webhook with its deliveries. Pending events are not delivered.',
  headers: WritePreconditions,
  response: {
    204: emptyResponse('The webhook was deleted'),
    ...errorResponses(...RESOURCE_ERRORS, ...accessErrors(WRITE), missing, preconditionFailed),
  },
} satisfies FastifySchema;

export const rotateWebhookSecret = {
  ...writes,
  ...single,
  operationId: 'rotateWebhookSecret',
  summary: 'Rotate the secret of a webhook',
  description: `Returns a new secret. For ${ROTATION_HOURS} hours, deliveries have signatures with the new and the old secret.`,
  headers: WritePreconditions,
  response: {
    200: jsonResponse('The webhook with its new secret', ref(webhook.withSecret), 'ETag'),
    ...errorResponses(...RESOURCE_ERRORS, ...accessErrors(WRITE), missing, preconditionFailed),
  },
} satisfies FastifySchema;

export const listWebhookDeliveries = {
  ...reads,
  params: WebhookParams,
  operationId: 'listWebhookDeliveries',
  summary: 'List the deliveries of a webhook',
  description:
    'Returns one page of the deliveries, newest first, with their last attempts. The `Link` header contains the URL of the next page. Completed deliveries are removed after the time in which events are kept.',
  querystring: DeliveryQuery,
  response: {
    200: withHeaderExample(
      jsonResponse('One page of deliveries', ref(webhook.deliveries), 'Link'),
      'Link',
      nextPage(`${WEBHOOKS_PATH}/1/deliveries`),
    ),
    ...errorResponses(...RESOURCE_ERRORS, ...accessErrors(READ), missing),
  },
} satisfies FastifySchema;

import { Type } from '@sinclair/typebox';
import type { FastifySchema } from 'fastify';
import { eventTypesOf } from '../../../schemas/event.ts';
import { AnyEvent, eventSources } from '../../../schemas/index.ts';
import { ref } from '../../../schemas/ref.ts';
import { Forbidden } from '../../http/errors.ts';
import { missingScope, security } from '../../identity/plugin.ts';
import { errorResponses, occurrence } from '../../openapi/error-responses.ts';
import { accessErrors, LIST_ERRORS } from '../../openapi/request-errors.ts';
import { streamResponse } from '../../openapi/responses.ts';

/** The format of the ids of events in streams. */
const STREAM_ID = { pattern: '^[0-9]{1,15}-[0-9a-f]{8}$', maxLength: 24, examples: ['42-0a3f1c5e'] };

const names = eventSources.map(({ names: { code } }) => code);

export const EventQuery = Type.Object(
  {
    resource: Type.Optional(
      Type.Array(Type.Unsafe<string>({ type: 'string', enum: names }), {
        maxItems: names.length,
        description: 'Only events of these resources; by default of all that the caller can read.',
        examples: [names.slice(0, 1)],
      }),
    ),
    after: Type.Optional(
      Type.String({
        ...STREAM_ID,
        description:
          'Only events after the one with this id; by default only new ones. `Last-Event-ID` overrides it.',
      }),
    ),
    follow: Type.Optional(
      Type.Boolean({
        default: true,
        description:
          'Whether the stream stays open for new events; otherwise it ends after the existing ones.',
        examples: [false],
      }),
    ),
  },
  { additionalProperties: false },
);

export const EventHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      ...STREAM_ID,
      description: 'The id of the last event that the client has. `EventSource` sends it when it reconnects.',
    }),
  ),
});

const [first = ''] = eventSources.map(({ names: { scopes } }) => scopes.read);

export const followEvents = {
  tags: ['events'],
  security: security(),
  operationId: 'followEvents',
  summary: 'Follow events',
  description: `Streams events as server-sent events: ${eventSources
    .flatMap(eventTypesOf)
    .map((type) => `\`${type}\``)
    .join(
      ', ',
    )}. Callers see the resources whose \`:read\` scope they have; of resources with owners, their own, or all with the \`:all\` scope.

Each event occurs once, in the order of its position, also after reconnecting with \`Last-Event-ID\`, to any instance. Every 15 seconds, \`checkpoint\` moves the id on without an event. \`reset\` means that the events after the given id are not available: read the resources again. The stream ends when the service stops or the credential expires; clients reconnect.`,
  querystring: EventQuery,
  headers: EventHeaders,
  'x-prefilled': ['follow'],
  response: {
    200: streamResponse('The events', 'text/event-stream', ref(AnyEvent)),
    ...errorResponses(
      ...LIST_ERRORS,
      ...accessErrors(),
      occurrence(Forbidden, { name: 'NothingToRead', details: [missingScope(first)] }),
    ),
  },
} satisfies FastifySchema;

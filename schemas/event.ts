import { type TSchema, Type } from '@sinclair/typebox';
import { OneOf, Text, Timestamp } from './fields.ts';
import { type Model, model, ref } from './ref.ts';
import type { AnyResource } from './resource.ts';

/** What can happen to a resource. */
export const CHANGES = ['created', 'updated', 'deleted'] as const;

/** As in `song.created`. */
export const eventTypesOf = ({ names: { code } }: Pick<AnyResource, 'names'>): string[] =>
  CHANGES.map((change) => `${code}.${change}`);

/** The event of a change of a resource, as CloudEvents 1.0 in JSON. */
export const eventModel = (resource: AnyResource): Model => {
  const { names, schemas, examples } = resource;
  const { one, model: name, code, path } = names;
  return model(
    `${name}Event`,
    Type.Object(
      {
        specversion: OneOf(['1.0'], { description: 'The version of CloudEvents.', examples: ['1.0'] }),
        id: Type.String({
          format: 'uuid',
          maxLength: 36,
          description: 'The id of the event.',
          examples: ['0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35'],
        }),
        source: Text({ maxLength: 100, description: 'The path of the collection.', examples: [path] }),
        type: OneOf(eventTypesOf(resource), {
          description: 'The kind of change.',
          examples: [`${code}.created`],
        }),
        subject: Text({ maxLength: 200, description: `The path of the ${one}.`, examples: [`${path}/1`] }),
        time: Timestamp('The time of the change.'),
        datacontenttype: OneOf(['application/json'], {
          description: 'The media type of `data`.',
          examples: ['application/json'],
        }),
        data: ref(schemas.item as Model<TSchema>),
      },
      {
        description: `A change of a ${one}; \`data\` is its state after the change, or before it was deleted.`,
        examples: [
          {
            specversion: '1.0',
            id: '0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35',
            source: path,
            type: `${code}.created`,
            subject: `${path}/1`,
            time: '2026-11-20T07:28:35.123Z',
            datacontenttype: 'application/json',
            data: examples.stored,
          },
        ],
      },
    ),
  );
};

/** The event of any resource. */
export const anyEventModel = (events: readonly Model[]): Model =>
  model(
    'Event',
    Type.Union(
      events.map((event) => ref(event)),
      {
        description: 'A change of a resource, as CloudEvents 1.0.',
        examples: events[0]?.examples?.slice(0, 1),
      },
    ),
  );

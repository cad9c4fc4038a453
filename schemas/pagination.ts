import { type TProperties, Type } from '@sinclair/typebox';
import { Int32, OneOf } from './fields.ts';

/**
 * How the value of a sort key is written into a cursor. An `instant` is one that the database sets, and never before
 * 1970; a `moment` is any.
 */
export type SortKeyKind = 'integer' | 'number' | 'instant' | 'moment' | 'date' | 'text';

/** The fields that a list can be sorted by; `id`, the tie-break, is always one of them. */
export type SortKeys = { id: 'integer' } & { [field: string]: SortKeyKind };

/** A sort order: a field, ascending, or descending behind a minus. */
export type Sort<Keys extends SortKeys> = (keyof Keys & string) | `-${keyof Keys & string}`;

const patterns: Record<SortKeyKind, string> = {
  integer: '-?[0-9]{1,10}',
  number: '[A-Za-z0-9_-]*',
  instant: '[0-9]{1,13}',
  moment: '-?[0-9]{1,15}',
  date: '-?[0-9]{1,7}',
  text: '[A-Za-z0-9_-]*',
};

const exampleKeys: Record<SortKeyKind, string> = {
  integer: '3',
  number: 'MS41',
  instant: '1795158515123',
  moment: '1795158515123',
  date: '20777',
  text: 'UGluayBQb255IENsdWI',
};

/**
 * The query parameters of a list: the given filters, and those that every list has.
 *
 * A cursor marks a place in the list by *all* sort keys of the row before it, so each text that fits the
 * pattern is a valid cursor, under any sort order, and even after that row was deleted.
 */
export const ListQuery = <Keys extends SortKeys, Filters extends TProperties>(
  keys: Keys,
  filters: Filters,
  maxCursorLength: number,
) => {
  const fields = Object.keys(keys) as (keyof Keys & string)[];
  const cursor = Object.values(keys).map((kind) => patterns[kind]);
  return Type.Object(
    {
      ...filters,
      sort: Type.Optional(
        OneOf<Sort<Keys>>(
          fields.flatMap((field) => [field, `-${field}`] as const),
          {
            description:
              'The order: a field, with a minus for descending. Equal rows are in the order of their ids.',
            examples: ['-createdAt'],
          },
        ),
      ),
      limit: Int32({
        minimum: 1,
        maximum: 100,
        default: 20,
        description: 'How many rows a page holds at most.',
        examples: [20],
      }),
      cursor: Type.Optional(
        Type.String({
          pattern: `^${cursor.join('\\.')}$`,
          maxLength: maxCursorLength,
          description: 'Where the page begins: opaque, taken from the `Link` header of the page before.',
          examples: [
            Object.values(keys)
              .map((kind) => exampleKeys[kind])
              .join('.'),
          ],
        }),
      ),
      count: Type.Optional(
        Type.Boolean({
          description: 'Whether to count all matching rows, into `X-Total-Count`.',
          examples: [true],
        }),
      ),
    },
    { additionalProperties: false },
  );
};

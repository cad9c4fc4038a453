import { type TProperties, Type } from '@sinclair/typebox';
import { Int32, OneOf } from './fields.ts';

/**
 * The encoding of a sort key in a cursor. The database sets an `instant`, which is never before 1970; a `moment` is any
 * instant.
 */
export type SortKeyKind = 'integer' | 'number' | 'instant' | 'moment' | 'date' | 'text';

/** The sort keys of a list; `id`, the tie-breaker, is always one of them. */
export type SortKeys = { id: 'integer' } & { [field: string]: SortKeyKind };

/** A sort order: a field name for ascending order, with a leading minus for descending order. */
export type Sort<Keys extends SortKeys> = (keyof Keys & string) | `-${keyof Keys & string}`;

/** The number of rows on a page that does not ask for another. */
export const DEFAULT_PAGE_SIZE = 20;
/** The largest number of rows on a page. */
export const MAX_PAGE_SIZE = 100;

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

/** The description of a cursor. */
const CURSOR = 'The start of the page: an opaque value from the `Link` header of the previous page.';

/** The parameter `limit` of a list, with the plural of its items. */
export const PageLimit = (items: string) =>
  Int32({
    minimum: 1,
    maximum: MAX_PAGE_SIZE,
    default: DEFAULT_PAGE_SIZE,
    description: `The maximum number of ${items} on the page.`,
    examples: [20],
  });

/** The parameter `cursor` of a list that is sorted by id only. */
export const IdCursor = () =>
  Type.String({ pattern: '^[1-9][0-9]*$', maxLength: 15, description: CURSOR, examples: ['42'] });

/**
 * The query parameters of a list: the given filters, and the parameters of every list.
 *
 * A cursor contains *all* sort keys of the last row of a page: each text that matches the pattern is a valid cursor,
 * for every sort order, even after the row was deleted.
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
              'The sort order: a field name, with a leading minus for descending order. Rows with equal values are sorted by id, in the same direction.',
            examples: ['-createdAt'],
          },
        ),
      ),
      limit: PageLimit('rows'),
      cursor: Type.Optional(
        Type.String({
          pattern: `^${cursor.join('\\.')}$`,
          maxLength: maxCursorLength,
          description: CURSOR,
          examples: [
            Object.values(keys)
              .map((kind) => exampleKeys[kind])
              .join('.'),
          ],
        }),
      ),
      count: Type.Optional(
        Type.Boolean({
          description: 'Whether to count the rows on all pages. `X-Total-Count` contains the number.',
          examples: [true],
        }),
      ),
    },
    { additionalProperties: false },
  );
};

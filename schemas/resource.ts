import { type TSchema, Type } from '@sinclair/typebox';
import { Identifier, Text, Timestamp } from './fields.ts';
import { ListQuery, MAX_PAGE_SIZE, type SortKeys } from './pagination.ts';
import { type Model, model, ref } from './ref.ts';
import { type Examples, examplesOf } from './resource-examples.ts';
import {
  type Field,
  type FieldKind,
  type SchemaOf,
  type SortableKind,
  sortKinds,
} from './resource-fields.ts';
import { type Names, namesOf } from './resource-names.ts';
import type {
  CreateOf,
  Declaration,
  Fields,
  Filter,
  ItemOf,
  QueryOf,
  Searchable,
  Sortable,
  Stamps,
  UpdateOf,
} from './resource-types.ts';

/** A resource, derived from its declaration. */
export interface Resource<Item, Create, Update, Query> {
  readonly names: Names;
  readonly texts: { readonly group: string; readonly create: string };
  readonly fields: Fields;
  readonly stamps: readonly string[];
  /** Whether rows have owners. */
  readonly owned: boolean;
  readonly unique: readonly string[];
  readonly sortKeys: SortKeys;
  readonly filterable: readonly string[];
  readonly searchable: readonly string[];
  readonly envelope: string | undefined;
  readonly examples: Examples;
  readonly schemas: {
    readonly item: Model<SchemaOf<Item>>;
    readonly create: Model<SchemaOf<Create>>;
    readonly update: Model<SchemaOf<Update>>;
    /** The response to a create or write. */
    readonly written: Model;
    readonly list: Model<SchemaOf<Item[]>>;
    readonly query: SchemaOf<Query>;
  };
  /** The components of the contract. */
  readonly models: readonly Model[];
  /** Turns the body of a PUT into an update of all fields: absent fields get their defaults. */
  replacement(body: Create): Update;
}

/** A declared resource, for code that serves any of them. */
export type AnyResource = Omit<Resource<unknown, unknown, unknown, unknown>, 'replacement'>;

/** Derives the models and list parameters of a resource from its declaration. */
export function defineResource<
  const Given extends Fields,
  const Stamped extends Stamps,
  const Sorted extends Sortable<Given> = never,
  const Filtered extends keyof Given & string = never,
  const Searched extends Searchable<Given> = never,
>(
  declaration: Declaration<Given, Stamped, Sorted, Filtered, Searched>,
): Resource<
  ItemOf<Given, Stamped>,
  CreateOf<Given>,
  UpdateOf<Given>,
  QueryOf<Given, Sorted | 'id' | (keyof Stamped & string), Filtered, Searched>
> {
  const { fields, description, envelope, owned = false, unique = [], searchable, filterable } = declaration;
  if (owned && 'owner' in fields)
    throw new TypeError('A resource whose rows have owners cannot have a field owner');
  const names = namesOf(declaration);
  const stamps = Object.keys(declaration.stamps);
  const examples = examplesOf(declaration.examples, stamps);
  const properties = mapped(fields, ({ schema }) => schema);
  const filters: Record<string, Filter> = { ...filterable };
  const sortKeys: SortKeys = {
    id: 'integer',
    ...sortKeysOf(fields, declaration.sortable ?? []),
    ...mapped(declaration.stamps, () => 'instant' as const),
  };

  const item = model(
    names.model,
    Type.Unsafe<ItemOf<Given, Stamped>>(
      Type.Object(
        {
          id: Identifier(`The id of the ${names.one}.`),
          ...properties,
          ...mapped(declaration.stamps, (text) => Timestamp(text)),
        },
        { description, examples: [examples.stored] },
      ),
    ),
  );
  const create = model(
    `${names.model}Create`,
    Type.Unsafe<CreateOf<Given>>(
      Type.Object(mapped(fields, schemaInCreate), {
        additionalProperties: false,
        description: `A new ${names.one}, or the complete new state of an existing ${names.one}.`,
        examples: [examples.create],
      }),
    ),
  );
  const update = model(
    `${names.model}Update`,
    Type.Unsafe<UpdateOf<Given>>(
      Type.Partial(Type.Object(properties), {
        additionalProperties: false,
        description: `A JSON Merge Patch (RFC 7396) for ${names.a}. Absent fields do not change.`,
        examples: [examples.update],
      }),
    ),
  );
  const written =
    envelope === undefined
      ? item
      : model(
          `${names.model}Envelope`,
          Type.Object(
            { [envelope]: ref(item) },
            {
              description: `The created or updated ${names.one}.`,
              examples: [{ [envelope]: examples.created }],
            },
          ),
        );
  const list = model(
    `${names.model}List`,
    Type.Unsafe<ItemOf<Given, Stamped>[]>(
      Type.Array(ref(item), {
        description: `One page of ${names.many}.`,
        maxItems: MAX_PAGE_SIZE,
        examples: [examples.rows],
      }),
    ),
  );
  const query = Type.Unsafe<QueryOf<Given, Sorted | 'id' | (keyof Stamped & string), Filtered, Searched>>(
    ListQuery(
      sortKeys,
      {
        ...mapped(filters, ({ description, example }, name) => {
          const { description: _, examples: __, ...schema } = fields[name]?.valueSchema ?? Type.Never();
          return Type.Optional({ ...schema, description, examples: [example] });
        }),
        ...(searchable && {
          q: Type.Optional(
            Text({
              minLength: 1,
              maxLength: 200,
              description: searchable.description,
              examples: [searchable.example],
            }),
          ),
        }),
      },
      longestCursor(sortKeys, fields),
    ),
  );
  const optional = Object.entries(fields).filter(([, { isOptional }]) => isOptional);
  const defaults = Object.fromEntries(optional.map(([name, field]) => [name, field.default]));

  return {
    names,
    texts: { group: declaration.group, create: declaration.create },
    fields,
    stamps,
    owned,
    unique,
    sortKeys,
    filterable: Object.keys(filters),
    searchable: searchable?.fields ?? [],
    envelope,
    examples,
    schemas: { item, create, update, written, list, query },
    models: [...new Set<Model>([item, create, update, written, list])],
    // Required fields are in the body, and all others have a default: each field has a value of its type.
    replacement: (body) => ({ ...defaults, ...body }) as UpdateOf<Given>,
  };
}

/**
 * Derives the same for a resource that only the service writes: it is not one of `resources`, whose operations follow from their
 * declaration, and `npm run new` does not list it.
 */
export const defineServiceResource = defineResource;

const schemaInCreate = ({ schema, isOptional, default: value }: Field): TSchema => {
  if (!isOptional) return schema;
  return Type.Optional(value === null ? schema : { ...schema, default: value });
};

function mapped<Value, Result>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value, name: string) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

const isSortable = (kind: FieldKind): kind is SortableKind => kind in sortKinds;

function sortKeysOf(fields: Fields, sortable: readonly string[]): Record<string, SortKeys[string]> {
  const keys: Record<string, SortKeys[string]> = {};
  for (const [name, { kind }] of Object.entries(fields))
    if (sortable.includes(name) && isSortable(kind)) keys[name] = sortKinds[kind];
  return keys;
}

/** The length of the longest cursor: texts are encoded in base64, other keys in at most 32 characters. */
function longestCursor(sortKeys: SortKeys, fields: Fields): number {
  const lengths = Object.keys(sortKeys).map((name) => {
    const maxLength: unknown = fields[name]?.valueSchema.maxLength;
    return typeof maxLength === 'number' ? Math.ceil((maxLength * 4 * 4) / 3) + 1 : 32;
  });
  return Math.max(
    MIN_CURSOR_LENGTH,
    lengths.reduce((sum, length) => sum + length, lengths.length),
  );
}

/** The smallest bound of the length of cursors. */
const MIN_CURSOR_LENGTH = 2400;

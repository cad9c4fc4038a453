// The static types of a declaration.
import type { GivenExamples } from './resource-examples.ts';
import type { Field, SortableKind } from './resource-fields.ts';

export type Fields = Readonly<Record<string, Field>>;
export type Stamps = { createdAt: string; updatedAt?: string };
/** The same type as one object: readable in messages of the compiler. */
type Flat<Type> = { [Key in keyof Type]: Type[Key] };

type ValueOf<Given> = Given extends Field<infer Value> ? Value : never;
type KeysOf<Given extends Fields, Wanted extends Field> = {
  [Key in keyof Given & string]: Given[Key] extends Wanted ? Key : never;
}[keyof Given & string];

/** The fields that lists can be sorted by. */
export type Sortable<Given extends Fields> = KeysOf<Given, Field<unknown, boolean, SortableKind>>;
/** The fields that are never null. */
export type NeverNull<Given extends Fields> = {
  [Key in keyof Given & string]: null extends ValueOf<Given[Key]> ? never : Key;
}[keyof Given & string];
/** The fields that are text. */
export type Searchable<Given extends Fields> = KeysOf<Given, Field<unknown, boolean, 'string' | 'text'>>;
/** The fields that may be absent from a create. */
type Optional<Given extends Fields> = KeysOf<Given, Field<unknown, true>>;

export type ItemOf<Given extends Fields, Stamped> = Flat<
  { id: number } & { [Key in keyof Given]: ValueOf<Given[Key]> } & { [Key in keyof Stamped]: string }
>;
export type CreateOf<Given extends Fields> = Flat<
  { [Key in Exclude<keyof Given, Optional<Given>>]: ValueOf<Given[Key]> } & {
    [Key in Optional<Given>]?: ValueOf<Given[Key]>;
  }
>;
export type UpdateOf<Given extends Fields> = { [Key in keyof Given]?: ValueOf<Given[Key]> };

export type QueryOf<
  Given extends Fields,
  Sorted extends string,
  Filtered extends keyof Given,
  Searched extends string,
> = Flat<
  { [Key in Filtered]?: NonNullable<ValueOf<Given[Key]>> } & ([Searched] extends [never]
    ? unknown
    : { q?: string }) & {
      sort?: Sorted | `-${Sorted}`;
      limit: number;
      cursor?: string;
      count?: boolean;
    }
>;

/** A query parameter that selects the rows with exactly this value. */
export interface Filter {
  description: string;
  example: unknown;
}

/** The declaration of a resource: the source of its models, columns, statements and operations. */
export interface Declaration<
  Given extends Fields,
  Stamped extends Stamps,
  Sorted extends Sortable<Given>,
  Filtered extends keyof Given & string,
  Searched extends Searchable<Given>,
> {
  /** In camel case, as in `song`. */
  name: string;
  /** In camel case, as in `songs`. */
  plural: string;
  /** The description of the model. */
  description: string;
  /** The description of the group of operations. */
  group: string;
  /** The fields that clients write, in the order of the contract. Each column has the same name in snake case. */
  fields: Given;
  /** The instants that the database sets, and their descriptions. */
  stamps: Stamped;
  /** Two rows must differ in at least one of these fields; a write that violates this is a conflict. */
  unique?: readonly NeverNull<Given>[];
  /** The fields that lists can be sorted by, besides the id and the stamps. */
  sortable?: readonly Sorted[];
  /** The fields that lists can be filtered by. */
  filterable?: { readonly [Key in Filtered]: Filter };
  /** The fields that `q` searches. */
  searchable?: { fields: readonly Searched[]; description: string; example: string };
  /** The member that contains the row in the response to a create or write; without it, the row is the response. */
  envelope?: string;
  /**
   * Whether a row belongs to the caller who created it, and only the owner and callers with the scope `:all` can access it. The
   * table needs a column `owner`.
   */
  owned?: boolean;
  /** The description of the create. */
  create: string;
  examples: GivenExamples<NoInfer<CreateOf<Given>>>;
}

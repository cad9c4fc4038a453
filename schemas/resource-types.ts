// The static types of a declaration.
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

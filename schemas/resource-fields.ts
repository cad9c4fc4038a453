import {
  type IntegerOptions,
  type NumberOptions,
  type StringOptions,
  type TSchema,
  Type,
} from '@sinclair/typebox';
import { Int32, Nullable, OneOf, Text } from './fields.ts';
import type { SortKeyKind } from './pagination.ts';

/** The kind of a field determines its type in the contract, in the database and in a cursor. */
export type FieldKind =
  | 'string'
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'date'
  | 'instant'
  | 'uuid'
  | 'enum';

/** The sortable kinds, and their encoding in a cursor. */
export const sortKinds = {
  string: 'text',
  integer: 'integer',
  number: 'number',
  date: 'date',
  instant: 'moment',
  enum: 'text',
} as const satisfies Partial<Record<FieldKind, SortKeyKind>>;

export type SortableKind = keyof typeof sortKinds;

/** A schema of values with this static type. */
export type SchemaOf<Value> = TSchema & { static: Value };

/** A field of a declared resource. */
export interface Field<
  Value = unknown,
  IsOptional extends boolean = boolean,
  Kind extends FieldKind = FieldKind,
> {
  readonly kind: Kind;
  /** The schema of the field in responses and updates. */
  readonly schema: SchemaOf<Value>;
  /** The schema without null, for filters. */
  readonly valueSchema: TSchema;
  readonly isNullable: boolean;
  /** Whether the field may be absent from a create. */
  readonly isOptional: IsOptional;
  /** The value of an optional field that is absent from a create or a PUT. */
  readonly default: unknown;
}

/** The options of a schema without options of its own. */
interface Described {
  description?: string;
  examples?: readonly unknown[];
}

const required = <Value, const Kind extends FieldKind>(
  kind: Kind,
  schema: SchemaOf<Value>,
): Field<Value, false, Kind> => ({
  kind,
  schema,
  valueSchema: schema,
  isNullable: false,
  isOptional: false,
  default: null,
});

/** Text without NUL; lengths are counted in code points. */
export const string = (options: StringOptions & { maxLength: number }) => required('string', Text(options));

/** Long text that lists cannot be sorted by: at most 2000 code points by default. */
export const text = (options: StringOptions) => required('text', Text({ maxLength: 2000, ...options }));

/** A 32-bit integer. */
export const integer = (options: IntegerOptions) => required('integer', Int32(options));

/** A double-precision number. */
export const number = (options: NumberOptions) =>
  required('number', Type.Number({ format: 'double', ...options }));

export const boolean = (options: Described) => required('boolean', Type.Boolean({ ...options }));

/** A date in the years 1000 to 9999 (RFC 3339), as in `2026-11-20`. */
export const date = (options: Described) =>
  required(
    'date',
    Type.String({
      format: 'date',
      pattern: '^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$',
      maxLength: 10,
      examples: ['2026-11-20'],
      ...options,
    }),
  );

/** An instant in the years 1000 to 9999, in UTC with milliseconds (RFC 3339), as in `2026-11-20T07:28:35.123Z`. */
export const instant = (options: Described) =>
  required(
    'instant',
    Type.String({
      format: 'date-time',
      pattern: '^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]\\.[0-9]{3}Z$',
      maxLength: 24,
      examples: ['2026-11-20T07:28:35.123Z'],
      ...options,
    }),
  );

/** A UUID in lower case, as PostgreSQL prints it. */
export const uuid = (options: Described) =>
  required(
    'uuid',
    Type.String({
      format: 'uuid',
      pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
      maxLength: 36,
      examples: ['0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35'],
      ...options,
    }),
  );

/** One of the given strings. */
export const oneOf = <const Value extends string>(
  values: readonly Value[],
  options: Described & { description: string },
) => required('enum', OneOf(values, { ...options, examples: [...(options.examples ?? values)] }));

/**
 * Makes a field nullable. Its default is null, and null sorts after all values.
 *
 * @param description The description of the field, including the meaning of null.
 */
export const nullable = <Value, Kind extends FieldKind>(
  field: Field<Value, boolean, Kind>,
  description: string,
): Field<Value | null, true, Kind> => ({
  ...field,
  schema: Type.Unsafe<Value | null>(Nullable(field.schema, description)),
  isNullable: true,
  isOptional: true,
});

/** Makes a field optional: the value applies if the field is absent from a create or a PUT. */
export const withDefault = <Value, Kind extends FieldKind>(
  field: Field<Value, boolean, Kind>,
  value: NoInfer<Value>,
): Field<Value, true, Kind> => ({ ...field, isOptional: true, default: value });

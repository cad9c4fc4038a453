import {
  type IntegerOptions,
  type SchemaOptions,
  type StringOptions,
  type TSchema,
  Type,
} from '@sinclair/typebox';

/** The largest value of PostgreSQL's `integer`, which holds ids and years. */
export const MAX_INTEGER = 2_147_483_647;

/** Text without NUL: PostgreSQL cannot store it. */
const WITHOUT_NUL = '^[^\\u0000]*$';

/** Text that PostgreSQL can store; lengths are counted in code points. */
export const Text = (options: StringOptions & { maxLength: number }) =>
  Type.String({ pattern: WITHOUT_NUL, ...options });

/** A value of PostgreSQL's `integer`, within the given bounds. */
export const Int32 = (options: IntegerOptions) =>
  Type.Integer({ format: 'int32', minimum: -MAX_INTEGER, maximum: MAX_INTEGER, ...options });

/** The given type or null, as a union in JSON Schema. */
export const Nullable = <Schema extends TSchema>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description });

/** A positive integer that the database generates and never reuses. */
export const Identifier = (description: string) => Int32({ minimum: 1, description, examples: [1] });

/** An instant in UTC with milliseconds, RFC 3339, as in `2026-11-20T07:28:35.123Z`. */
export const Timestamp = (description: string) =>
  Type.String({
    format: 'date-time',
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$',
    maxLength: 24,
    description,
    examples: ['2026-11-20T07:28:35.123Z'],
  });

/** One of the given strings: an `enum`, where a union of literals would become an `anyOf`. */
export const OneOf = <const Value extends string>(
  values: readonly Value[],
  options: SchemaOptions & { description: string },
) => Type.Unsafe<Value>({ type: 'string', enum: [...values], ...options });

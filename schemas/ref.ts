import { type Static, type TSchema, Type } from '@sinclair/typebox';

/** A named component of the contract: its `$id` is the name. */
export type Model<Schema extends TSchema = TSchema> = Schema & { $id: string };

/**
 * Makes a schema a named component of the contract.
 *
 * @param name The name in `openapi.json`, for example `Song`.
 */
export const model = <Schema extends TSchema>(name: string, schema: Schema): Model<Schema> =>
  Object.assign(schema, { $id: name });

/** A `$ref` to a model that keeps its static type; a plain `Type.Ref` loses it. */
export const ref = <Schema extends TSchema>(target: Model<Schema>) =>
  Type.Unsafe<Static<Schema>>({ $ref: target.$id });

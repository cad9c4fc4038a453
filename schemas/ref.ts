import { type Static, type TSchema, Type } from '@sinclair/typebox';

/** A model that is a named component of the contract: its `$id` is the component's name. */
export type Model<Schema extends TSchema = TSchema> = Schema & { $id: string };

/**
 * Gives a schema its component name.
 *
 * @param name The component's name in `openapi.json`, for example `Song`.
 */
export const model = <Schema extends TSchema>(name: string, schema: Schema): Model<Schema> =>
  Object.assign(schema, { $id: name });

/**
 * A `$ref` to a named model that keeps the model's static type, which a plain `Type.Ref` loses.
 */
export const ref = <Schema extends TSchema>(target: Model<Schema>) =>
  Type.Unsafe<Static<Schema>>({ $ref: target.$id });

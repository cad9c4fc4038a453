import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

/**
 * Fastify's factory of serialisers, except that answers which refer to the same model share one: each operation
 * declares a dozen errors, and compiling all of them anew is what a start would spend its time on.
 */
export function sharedSerializers(): ReturnType<typeof SerializerSelector> {
  const select = SerializerSelector();
  return (models, options) => {
    const compile = select(models, options);
    const byModel = new Map<string, ReturnType<typeof compile>>();
    return (route) => {
      const { $ref: model } = route.schema as { $ref?: string };
      if (model === undefined) return compile(route);
      const serialize = byModel.get(model) ?? compile(route);
      byModel.set(model, serialize);
      return serialize;
    };
  };
}

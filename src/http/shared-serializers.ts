import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type Serializer = ReturnType<ReturnType<ReturnType<typeof SerializerSelector>>>;

/** The length in UTF-16 code units from which a shared payload is stored as bytes. */
const MIN_BUFFER_LENGTH = 16_384;

/**
 * Fastify's factory of serialisers, but responses with a reference to the same model share one: each operation declares a
 * dozen errors, and compiling each of them would dominate the startup time.
 */
export function sharedSerializers(): ReturnType<typeof SerializerSelector> {
  const select = SerializerSelector();
  return (models, options) => {
    const compile = select(models, options);
    const byModel = new Map<string, Serializer>();
    return (route) => {
      const { $ref: model } = route.schema as { $ref?: string };
      if (model === undefined) return compile(route);
      const serialize = byModel.get(model) ?? oncePerPage(compile(route));
      byModel.set(model, serialize);
      return serialize;
    };
  };
}

/**
 * Serialises an array that several responses share only once. A large page is one buffer, which the connections share
 * instead of copying it.
 */
function oncePerPage(serialize: Serializer): Serializer {
  const pages = new WeakMap<object, string>();
  return (payload) => {
    if (!Array.isArray(payload)) return serialize(payload);
    const known = pages.get(payload);
    if (known !== undefined) return known;
    const text = serialize(payload);
    const page = text.length < MIN_BUFFER_LENGTH ? text : sendable(Buffer.from(text));
    pages.set(payload, page);
    return page;
  };
}

/** Fastify also sends buffers, but the type of its serialisers only allows text. */
const sendable = (buffer: Buffer) => buffer as unknown as string;

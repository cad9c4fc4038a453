import type { Operation } from './generated-document.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** The example of the request body, where it is not that of the body's model. */
    'x-request-example'?: unknown;
  }
}

/**
 * Moves the `x-request-example` of an operation to its request bodies: an operation whose body is that of another
 * one can so have an example of its own, where a `$ref` can have nothing beside it.
 */
export function showRequestExample(operation: Operation): void {
  const { 'x-request-example': example, requestBody } = operation;
  delete operation['x-request-example'];
  if (example === undefined) return;
  for (const media of Object.values(requestBody?.content ?? {})) media.example = example;
}

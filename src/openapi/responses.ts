import { type TSchema, Type } from '@sinclair/typebox';
import { type DeclaredHeader, type HeaderRules, headers } from '../http/headers.ts';

/** The headers of every response. */
const onAll = Object.entries<HeaderRules>(headers).flatMap(([name, { on, schema }]) =>
  on && schema ? [[name, schema] as const] : [],
);

/** The declarations of the given headers and of the headers of every response. */
export const withHeaders = (...names: DeclaredHeader[]): Record<string, TSchema> =>
  Object.fromEntries([...onAll, ...names.map((name) => [name, headers[name].schema] as const)]);

/** A response with a JSON body, and its headers besides those of every response. */
export const jsonResponse = <Body extends TSchema>(
  description: string,
  body: Body,
  ...names: DeclaredHeader[]
) => ({
  description,
  headers: withHeaders(...names),
  content: { 'application/json': { schema: body } },
});

/** A response with a body in another media type, which is not serialised. */
export const streamResponse = <Body extends TSchema>(
  description: string,
  mediaType: string,
  body: Body,
  ...names: DeclaredHeader[]
) => ({
  description,
  headers: withHeaders(...names),
  content: { [mediaType]: { schema: body } },
});

/** The same response with its own example instead of the example of the model. */
export const withExample = <Declared extends ReturnType<typeof jsonResponse>>(
  declared: Declared,
  example: unknown,
) => ({
  ...declared,
  content: { 'application/json': { ...declared.content['application/json'], example } },
});

/** The same response; its header has its own example instead of the example of the registry. */
export const withHeaderExample = <Declared extends ReturnType<typeof jsonResponse>>(
  declared: Declared,
  name: DeclaredHeader,
  example: string,
) => ({
  ...declared,
  headers: { ...declared.headers, [name]: { ...headers[name].schema, examples: [example] } },
});

/**
 * A response without a body. Its routes send nothing instead of null: the four bytes of `null` would count for the
 * `Content-Length` of a 304 (RFC 9110, 8.6), and clients would wait for them.
 */
export const emptyResponse = (description: string, ...names: DeclaredHeader[]) => ({
  ...Type.Unsafe<undefined>(Type.Null({ description })),
  headers: withHeaders(...names),
});

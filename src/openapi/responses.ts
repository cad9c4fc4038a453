import { type TSchema, Type } from '@sinclair/typebox';
import { type DeclaredHeader, type HeaderRules, headers } from '../http/headers.ts';

/** The headers that every response may have. */
const onAll = Object.entries<HeaderRules>(headers).flatMap(([name, { on, schema }]) =>
  on && schema ? [[name, schema] as const] : [],
);

/** The declarations of the given headers and of those that every response may have. */
export const withHeaders = (...names: DeclaredHeader[]): Record<string, TSchema> =>
  Object.fromEntries([...onAll, ...names.map((name) => [name, headers[name].schema] as const)]);

/** An answer with a JSON body, and the headers that it has beside those of every answer. */
export const answer = <Body extends TSchema>(
  description: string,
  body: Body,
  ...names: DeclaredHeader[]
) => ({
  description,
  headers: withHeaders(...names),
  content: { 'application/json': { schema: body } },
});

/** The same answer, with an example of its own in place of that of the model. */
export const withExample = <Answer extends ReturnType<typeof answer>>(
  declared: Answer,
  example: unknown,
) => ({
  ...declared,
  content: { 'application/json': { ...declared.content['application/json'], example } },
});

/** The same answer, whose header has an example of its own in place of that of the registry. */
export const withHeaderExample = <Answer extends ReturnType<typeof answer>>(
  declared: Answer,
  name: DeclaredHeader,
  example: string,
) => ({
  ...declared,
  headers: { ...declared.headers, [name]: { ...headers[name].schema, examples: [example] } },
});

/**
 * An answer without a body. Routes send nothing rather than null, which would be JSON of four bytes: they would be
 * counted in the `Content-Length` of a 304 (RFC 9110, 8.6), and clients would wait for them.
 */
export const emptyAnswer = (description: string, ...names: DeclaredHeader[]) => ({
  ...Type.Unsafe<undefined>(Type.Null({ description })),
  headers: withHeaders(...names),
});

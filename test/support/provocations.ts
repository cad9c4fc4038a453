// How to get each response that openapi.json declares: a valid request of the operation, and what is done to it so that
// it is answered with this very error. The names are those of the examples in the document.
import { resources } from '../../schemas/index.ts';
import type { AnyResource } from '../../schemas/resource.ts';
import type { RequestOptions } from './client.ts';
import { document, type HttpResponse, type Operation, resolved } from './contract.ts';

/** An operation with the request that its examples describe. */
export interface Target {
  operation: Operation;
  method: string;
  /** The path with its parameter, as in `/songs/{id}`. */
  path: string;
}

/** A response of an operation, as it is declared. */
export interface DeclaredCase {
  status: number;
  /** The name of its example; none for a success. */
  name: string | undefined;
  /** By media type, what the example shows. */
  examples: Record<string, unknown>;
}

export interface Provocation extends RequestOptions {
  url: string;
}

export const targets: readonly Target[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ operation, path, method: method.toUpperCase() })),
);

/** Every response of an operation, errors one by one. */
export function declaredCases({ operation }: Target): DeclaredCase[] {
  return Object.entries(operation.responses).flatMap(([code, response]): DeclaredCase[] => {
    const status = Number(code);
    const { content = {} } = resolved(response, document.components.responses);
    const names = new Set(Object.values(content).flatMap(({ examples = {} }) => Object.keys(examples)));
    if (names.size === 0) return [{ status, name: undefined, examples: {} }];
    return [...names].map((name) => ({
      status,
      name,
      examples: Object.fromEntries(
        Object.entries(content)
          .filter(([, { examples = {} }]) => name in examples)
          .map(([type, { examples = {} }]) => [type, examples[name]?.value]),
      ),
    }));
  });
}

let count = 0;

/** The path of the collection that a path is about. */
export const collectionOf = (path: string): string => `/${path.split('/')[1]}`;

/** A body as in the example; where rows must not be equal, with a value that no other has. */
export function validBody(path: string): Record<string, unknown> {
  const collection = collectionOf(path);
  const { content = {} } = document.paths[collection]?.post?.requestBody ?? {};
  const example = { ...Object(content['application/json']?.example) };
  const resource = resources.find(({ names }) => names.path === collection);
  return resource ? { ...example, ...distinctValue(resource, count++) } : example;
}

/** A value of one of the fields that together are unique, another for each number. */
function distinctValue({ fields, unique }: AnyResource, number: number): Record<string, unknown> {
  for (const name of unique) {
    const { kind, valueSchema } = fields[name] ?? {};
    const { minLength = 0, minimum = 0 } = { ...valueSchema };
    const day = new Date(Date.UTC(2000, 0, 1 + number)).toISOString();
    // A character of its own fits into the shortest text.
    const character = String.fromCodePoint(0x4e00 + number);
    if (kind === 'string' || kind === 'text') return { [name]: character.padEnd(minLength, 'x') };
    if (kind === 'integer') return { [name]: minimum + number };
    if (kind === 'number') return { [name]: minimum + number / 1024 };
    if (kind === 'date') return { [name]: day.slice(0, 10) };
    if (kind === 'instant') return { [name]: day };
    if (kind === 'uuid') return { [name]: `0a3f1c5e-9d2b-4c47-8f0e-${String(number).padStart(12, '0')}` };
  }
  return {};
}

/** The id of the resource that a response says was made, in its `Location`. */
export const createdId = ({ headers }: HttpResponse): number =>
  Number(String(headers.location).split('/').at(-1));

/** A request that the operation takes, for the resource with the id. */
export function validRequest({ operation, path }: Target, id: number): Provocation {
  const url = path.replace('{id}', String(id));
  return operation.requestBody ? { url, json: validBody(path) } : { url };
}

/** The largest id that can be, which no resource has. */
const NO_RESOURCE = 2_147_483_647;

export type Change = (request: Provocation, target: Target, examples: Record<string, unknown>) => Provocation;

const withHeader =
  (name: string, value: string): Change =>
  (request) => ({ ...request, headers: { ...request.headers, [name]: value } });
const withId =
  (id: string | number): Change =>
  (request, { path }) => ({ ...request, url: path.replace('{id}', String(id)) });
const withPayload =
  (payload: string, type = 'application/json'): Change =>
  ({ url }) => ({ url, payload, headers: { 'content-type': type } });

/** Puts what the details of the example refuse where they say that it was. */
const asInExample: Change = (request, _target, examples) => {
  const { details } = Object(examples['application/json']);
  const refused = (details as { loc: [string, string]; input: unknown }[]).map(({ loc, input }) => [
    loc[1],
    input,
  ]);
  return { ...request, json: { ...Object(request.json), ...Object.fromEntries(refused) } };
};

/** What makes the error of a request that was valid; the database or the socket have to help with the rest. */
export const changes: Readonly<Record<string, Change>> = {
  ...Object.fromEntries(
    resources.flatMap(({ names: { model } }) => [
      [`Invalid${model}`, asInExample],
      [`${model}NotFound`, withId(NO_RESOURCE)],
    ]),
  ),
  NotAcceptable: withHeader('accept', 'text/html'),
  InvalidQuery: (request) => ({ ...request, url: `${request.url}?page=2` }),
  InvalidId: withId('first'),
  MalformedPath: withId('%'),
  MalformedQuery: (request) => ({ ...request, url: `${request.url}?q=Bj%F6rk` }),
  MalformedJson: withPayload('{"song": "Blinding'),
  BodyTooLarge: withPayload(JSON.stringify('x'.repeat(40_000))),
  UnsupportedMediaType: withPayload('song=x', 'application/x-www-form-urlencoded'),
  UnsupportedPatchType: withPayload('song=x', 'application/x-www-form-urlencoded'),
  PartialPut: withHeader('content-range', 'bytes 0-1/10'),
  PreconditionFailed: withHeader('if-match', '"0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35"'),
  MalformedRequest: withHeader('host', 'a b'),
  ExpectationFailed: withHeader('expect', 'x'),
  NotImplemented: withHeader('transfer-encoding', 'gzip, chunked'),
  Unavailable: (request) => request,
  NotReady: (request) => request,
  InternalError: (request) => request,
  TaskLimitReached: (request) => request,
};

/** The errors of a write that would make two rows equal: another row must be there first. */
export const conflicts: readonly string[] = resources
  .filter(({ unique }) => unique.length > 0)
  .map(({ names: { model } }) => `${model}Exists`);

/** What is sent on a bare socket because no client would send it: the bytes behind the request line. */
export const brokenRequests: Readonly<Record<string, string>> = {
  HeadersTooLarge: `x: ${'x'.repeat(20_000)}\r\n\r\n`,
  RequestTimeout: 'content-length: 100\r\n\r\n{',
};

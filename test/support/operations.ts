// The operations of openapi.json, and requests that they take.
import type { FastifyInstance } from 'fastify';
import { resources } from '../../schemas/index.ts';
import { job } from '../../schemas/job.ts';
import type { AnyResource } from '../../schemas/resource.ts';
import { newJob } from './builders.ts';
import type { Client, RequestOptions } from './client.ts';
import { document, type HttpResponse, type Operation, resolved } from './contract.ts';

/** An operation with its place in the document. */
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

/** A request of an operation, for its URL. */
export interface TargetRequest extends RequestOptions {
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

/** A body of a create, as in the example; if two rows must not be equal, with a value that no other body has. */
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

/** The id in the `Location` of a response. */
export const createdId = ({ headers }: HttpResponse): number =>
  Number(String(headers.location).split('/').at(-1));

/** Creates a row of the collection of a path, and returns its id. Jobs are created in the database: those of imports end at once. */
export const newRow = async (app: FastifyInstance, call: Client, path: string): Promise<number> =>
  collectionOf(path) === job.names.path
    ? newJob(app)
    : createdId(await call('POST', collectionOf(path), { json: validBody(path) }));

/** The media types of a stream of lines. */
export const LINE_TYPES = ['text/csv', 'application/x-ndjson'];

/** The media types of the body of an operation. */
export const bodyTypesOf = ({ operation }: Target): string[] =>
  Object.keys(operation.requestBody?.content ?? {});

/** The body of an import of one row. */
function importedRow(path: string, type: string): string {
  const row = validBody(path);
  if (type === 'application/x-ndjson') return `${JSON.stringify(row)}\n`;
  return `${Object.keys(row).join()}\n${Object.values(row).join()}\n`;
}

/**
 * A request that the operation takes, for the resource with the id.
 *
 * @param type The media type of its body; by default the first one.
 */
export function validRequest(target: Target, id: number, type = bodyTypesOf(target)[0] ?? ''): TargetRequest {
  const { operation, path } = target;
  // A stream of events does not end by itself.
  const query = operation.parameters?.some(({ name }) => name === 'follow') ? '?follow=false' : '';
  const url = path.replace('{id}', String(id)) + query;
  if (LINE_TYPES.includes(type))
    return { url, payload: importedRow(path, type), headers: { 'content-type': type } };
  return operation.requestBody ? { url, json: validBody(path) } : { url };
}

import type { Operation } from './document.ts';

/** The placeholder in a draft for the id or the entity tag of a new resource. */
export const CREATED = Symbol('created');

/** A generated request, before its resource is created. */
export interface Draft {
  method: string;
  /** The path as a template. */
  path: string;
  /** Whether it uses the versioned base. */
  versioned: boolean;
  /** The texts of the path's parameters, not yet encoded. */
  parameters: Readonly<Record<string, string | typeof CREATED>>;
  /** The names and texts of the query, in order. */
  query: readonly (readonly [name: string, value: string])[];
  /** Whether the URL encodes all bytes, or only the necessary ones. */
  encodesAll: boolean;
  headers: Readonly<Record<string, string | typeof CREATED>>;
  payload: string | Buffer | undefined;
  /** The value of the payload. */
  body?: unknown;
}

/** A request to send. */
export interface FuzzRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  payload: string | Buffer | undefined;
}

/** A created resource, which another request may delete. */
export interface Created {
  id: string;
  entityTag: string;
}

/** The replacement for a resource that could not be created. */
export const NOTHING: Created = { id: '1', entityTag: '"none"' };

export function render(draft: Draft, created: Created): FuzzRequest {
  const encode = draft.encodesAll ? encodeAll : encodeURIComponent;
  const path = draft.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = draft.parameters[name] ?? '';
    return encode(value === CREATED ? created.id : value);
  });
  const query = draft.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const headers = Object.entries(draft.headers).map(([name, value]) => [
    name,
    value === CREATED ? created.entityTag : value,
  ]);
  return {
    method: draft.method,
    url: `${draft.versioned ? '/v1' : ''}${path}${query && `?${query}`}`,
    headers: Object.fromEntries(headers),
    payload: draft.payload,
  };
}

const encodeAll = (text: string) => Buffer.from(text).toString('hex').replaceAll(/../g, '%$&');

/** The operation that creates the resource of the given operation; undefined if there is none. */
export function creator(operation: Operation, operations: readonly Operation[]): Operation | undefined {
  const collection = operation.path.replace(/\/\{[^}]+\}$/, '');
  if (collection === operation.path) return undefined;
  return operations.find(({ method, path }) => method === 'POST' && path === collection);
}

/** A readable description of the request. */
export function describeRequest({ method, url, headers, payload }: FuzzRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`);
  const body =
    payload === undefined
      ? []
      : [`  ${typeof payload === 'string' ? JSON.stringify(payload) : `bytes ${payload.toString('hex')}`}`];
  return [`${method} ${url}`, ...lines, ...body].map((line) => cut(line)).join('\n');
}

const cut = (line: string) => (line.length > 2000 ? `${line.slice(0, 2000)}… (${line.length})` : line);

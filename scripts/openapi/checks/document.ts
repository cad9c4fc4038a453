// The parts of an OpenAPI document that the checks read. Any object may be a reference.

export interface SchemaObject {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, SchemaObject>;
  items?: SchemaObject;
  anyOf?: SchemaObject[];
  default?: unknown;
  examples?: unknown[];
}

export interface HeaderObject {
  $ref?: string;
  description?: string;
  schema?: SchemaObject;
}

export interface ParameterObject {
  name: string;
  in: string;
  description?: string;
  required?: boolean;
  example?: unknown;
  schema?: SchemaObject;
}

export interface MediaTypeObject {
  schema?: SchemaObject;
  example?: unknown;
  examples?: Record<string, { summary?: string; value?: unknown }>;
}

export interface LinkObject {
  operationId?: string;
  parameters?: Record<string, string>;
}

export interface ResponseObject {
  $ref?: string;
  description?: string;
  headers?: Record<string, HeaderObject>;
  content?: Record<string, MediaTypeObject>;
  links?: Record<string, LinkObject>;
}

export interface OperationObject {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: object[];
  parameters?: ParameterObject[];
  /** The names of optional parameters that docs pages send by default. */
  'x-prefilled'?: readonly string[];
  requestBody?: { content: Record<string, MediaTypeObject> };
  responses: Record<string, ResponseObject>;
}

export interface Components {
  [kind: string]: object | undefined;
  schemas?: Record<string, SchemaObject>;
  headers?: Record<string, HeaderObject>;
}

export interface OpenApiDocument {
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, OperationObject>>;
  components?: Components;
}

/** An operation and its place, as in `GET /songs`. */
export interface PlacedOperation extends OperationObject {
  place: string;
  /** In lower case. */
  method: string;
  path: string;
}

export interface PlacedResponse extends ResponseObject {
  place: string;
  status: number;
}

/** A check returns its findings, one sentence each. */
export type Check = (document: OpenApiDocument) => string[];

export const operationsOf = (document: OpenApiDocument): PlacedOperation[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      ...operation,
      place: `${method.toUpperCase()} ${path}`,
      method,
      path,
    })),
  );

/** Whether the operation has a parameter `If-Match` or `If-None-Match`. */
export const isConditional = ({ parameters = [] }: OperationObject): boolean =>
  parameters.some(({ name }) => name === 'If-Match' || name === 'If-None-Match');

/**
 * The operations on a resource that the given operation creates, if the resource has versions; otherwise none. A resource
 * has versions if its read is conditional.
 */
export function operationsOnCreated(
  document: OpenApiDocument,
  { method, path }: PlacedOperation,
): PlacedOperation[] {
  if (method !== 'post') return [];
  const onOne = operationsOf(document).filter(
    (other) => other.path.startsWith(`${path}/{`) && other.path.endsWith('}'),
  );
  return onOne.some((other) => other.method === 'get' && isConditional(other)) ? onOne : [];
}

/** The responses of an operation, with resolved references. */
export const responsesOf = (
  document: OpenApiDocument,
  { place, responses }: PlacedOperation,
): PlacedResponse[] =>
  Object.entries(responses).map(([status, response]) => ({
    ...follow(document, response),
    place: `${place} ${status}`,
    status: Number(status),
  }));

/** The value at a JSON pointer (RFC 6901); undefined if there is none. */
export const atPointer = (root: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
      root,
    );

/** The object, or the target of its reference. */
export function follow<Part extends { $ref?: string }>(document: OpenApiDocument, part: Part): Part {
  if (part.$ref === undefined) return part;
  const target = atPointer(document, part.$ref.slice(1));
  return isObject(target) ? (target as Part) : part;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

// Checks every response of a test against openapi.json, with a JSON Schema validator (2020-12) that is independent of the
// validator of the service.
import { readFileSync } from 'node:fs';
import { type Schema, Validator } from '@cfworker/json-schema';
import { type HeaderRules, headersWith } from '../../src/http/headers.ts';
import { DEFAULT_HEADERS } from '../../src/http/response-headers.ts';

/** A received response. */
export interface HttpResponse {
  status: number;
  headers: Readonly<Record<string, string | string[] | number | undefined>>;
  text: string;
}

interface Content {
  schema: Schema;
  /** The declared errors, by name. */
  examples?: Record<string, { value: { code?: string } }>;
}

interface Reference {
  $ref: string;
}

interface DeclaredHeader {
  schema: Schema;
}

/** A link from a response to a further operation, with runtime expressions. */
export interface Link {
  operationId: string;
  parameters: Record<string, string>;
}

export interface DeclaredResponse {
  headers?: Record<string, DeclaredHeader | Reference>;
  links?: Record<string, Link>;
  content?: Record<string, Content>;
}

export interface Operation {
  operationId: string;
  tags: string[];
  security: Record<string, readonly string[]>[];
  parameters?: { name: string; in: string; example?: unknown }[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<string, DeclaredResponse | Reference>;
}

/** The parts of an OpenAPI document that responses are checked against. */
export interface ContractDocument {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    responses: Record<string, DeclaredResponse>;
    headers: Record<string, DeclaredHeader>;
  };
}

/** The committed contract. */
export const document: ContractDocument = JSON.parse(readFileSync('openapi.json', 'utf8'));

/** The declaration, or the component that it refers to. */
export function resolved<Part extends object>(
  part: Part | Reference,
  components: Record<string, Part>,
): Part {
  if (!('$ref' in part)) return part;
  const component = components[part.$ref.split('/').at(-1) ?? ''];
  if (!component) throw new Error(`${part.$ref} leads nowhere`);
  return component;
}

const namesOf = (condition: (rules: HeaderRules) => unknown) =>
  headersWith(condition).map((name) => name.toLowerCase());

/** Headers of HTTP, CORS or browsers instead of an operation. */
const TRANSPORT = new Set([
  ...namesOf(({ schema }) => !schema),
  ...Object.keys(DEFAULT_HEADERS),
  'strict-transport-security',
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'transfer-encoding',
]);

/** The headers of every response. */
const PROMISED = namesOf(({ on }) => on === 'every response');

/** The responses outside of operations: unknown path, unknown method, invalid HTTP. */
const general: DeclaredResponse = {
  content: {
    'application/json': { schema: { $ref: '#/components/schemas/ApiError' } },
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
  },
};

/** Throws if the response differs from its declaration in the document. */
export type CheckResponse = (method: string, url: string, response: HttpResponse) => void;

/** Creates the check of responses for a document. */
export function contractOf(document: ContractDocument): CheckResponse {
  const violations = violationsOf(document);
  return (method, url, response) => {
    const declaration = declared(document, method, url, response.status);
    const problems = [
      ...headerProblems(response, declaration, document.components.headers, violations),
      ...bodyProblems(method, response, declaration, violations),
    ];
    if (problems.length > 0) {
      throw new Error(
        `${method} ${url} → ${response.status} breaks the contract: ${problems.join('; ')}\n${response.text}`,
      );
    }
  };
}

/** Checks a response against openapi.json. */
export const checkResponse: CheckResponse = contractOf(document);

/** The declaration of the response to a request; undefined if there is none. */
function declared(
  document: ContractDocument,
  method: string,
  url: string,
  status: number,
): DeclaredResponse | undefined {
  const path = url.split('?', 1)[0]?.replace(/^\/v1(?=\/)/, '') ?? '';
  const template =
    path in document.paths
      ? path
      : Object.keys(document.paths).find((candidate) => pattern(candidate).test(path));
  const name = method === 'HEAD' ? 'get' : method.toLowerCase();
  const operation = template === undefined ? undefined : document.paths[template]?.[name];
  if (!operation) return status >= 400 ? general : undefined;
  const response = operation.responses[String(status)];
  if (!response) throw new Error(`${method} ${url} → ${status}, which the document does not declare`);
  return resolved(response, document.components.responses);
}

const pattern = (template: string) => new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);

function headerProblems(
  { headers }: HttpResponse,
  declaration: DeclaredResponse | undefined,
  declaredHeaders: Record<string, DeclaredHeader>,
  violations: Violations,
): string[] {
  const missing = PROMISED.filter((name) => headers[name] === undefined);
  const problems = missing.map((name) => `there is no header ${name}`);
  if (!declaration?.headers) return problems;
  const schemas = new Map(
    Object.entries(declaration.headers).map(([name, header]) => [
      name.toLowerCase(),
      resolved(header, declaredHeaders).schema,
    ]),
  );
  for (const [name, value] of Object.entries(headers)) {
    const schema = schemas.get(name);
    if (schema)
      problems.push(...violations(schema, schema.type === 'integer' ? Number(value) : String(value)));
    else if (!TRANSPORT.has(name)) problems.push(`the header ${name} is not declared`);
  }
  return problems;
}

function bodyProblems(
  method: string,
  { headers, text }: HttpResponse,
  declaration: DeclaredResponse | undefined,
  violations: Violations,
): string[] {
  if (!declaration) return [];
  const type = String(headers['content-type'] ?? '').split(';', 1)[0] ?? '';
  if (!declaration.content) return text === '' ? [] : ['a body is not declared'];
  const content = declaration.content[type];
  if (!content) return [`the content type ${type} is not declared`];
  if (method === 'HEAD') return text === '' ? [] : ['a response to HEAD has a body'];
  if (type === 'text/event-stream')
    return eventsOf(text).flatMap((event) => violations(content.schema, JSON.parse(event)));
  if (type === 'application/x-ndjson') for (const line of text.split('\n').slice(0, -1)) JSON.parse(line);
  if (!type.endsWith('json') || type === 'application/x-ndjson') return violations(content.schema, text);
  const value = JSON.parse(text);
  return [...violations(content.schema, value), ...undeclaredCode(content, value.code)];
}

/** The data of the events in a stream, without checkpoints and resets. */
const eventsOf = (text: string): string[] =>
  [...text.matchAll(/^event: (?!checkpoint|reset).*\ndata: (.*)$/gm)].map(([, data = '']) => data);

/** An error must be one of the declared ones, not only have the same status. */
function undeclaredCode({ examples }: Content, code: unknown): string[] {
  if (!examples || Object.values(examples).some(({ value }) => value.code === code)) return [];
  return [`the error ${code} is not declared`];
}

/** The violations of a value. */
type Violations = (schema: Schema, value: unknown) => string[];

function violationsOf({ components }: ContractDocument): Violations {
  const validators = new Map<string, Validator>();
  return (schema, value) => {
    const key = JSON.stringify(schema);
    const validator = validators.get(key) ?? new Validator({ ...schema, components }, '2020-12', false);
    validators.set(key, validator);
    return validator
      .validate(value)
      .errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  };
}

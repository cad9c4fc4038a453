// The parts of the OpenAPI document that requests are generated from.

/** A JSON Schema of the document. `values.ts` rejects all other keywords. */
export interface JsonSchema {
  $ref?: string;
  type?: string;
  enum?: readonly unknown[];
  anyOf?: readonly JsonSchema[];
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  format?: string;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  additionalProperties?: boolean;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  description?: string;
  examples?: readonly unknown[];
  default?: unknown;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: JsonSchema;
}

interface DescribedOperation {
  operationId: string;
  parameters?: readonly Parameter[];
  requestBody?: { required?: boolean; content: Readonly<Record<string, { schema: JsonSchema }>> };
  responses: Readonly<Record<string, { content?: object }>>;
}

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  components: { schemas: Readonly<Record<string, JsonSchema>> };
}

/** An operation of the document, with resolved references. */
export interface Operation {
  /** The operationId. */
  name: string;
  /** In upper case. */
  method: string;
  /** For example `/songs/{id}`. */
  path: string;
  parameters: readonly Parameter[];
  /** The schema of the body, and its media types; undefined without a body. */
  body: { schema: JsonSchema; mediaTypes: readonly string[] } | undefined;
  /** The declared status codes. */
  statuses: ReadonlySet<number>;
}

/** The media types of streams: the properties are those of JSON. */
const STREAMS = ['text/event-stream', 'text/csv', 'application/x-ndjson'];

/** The operations of the document that send JSON. */
export function operationsOf(document: OpenApiDocument): Operation[] {
  const isStream = ({ responses }: DescribedOperation) =>
    STREAMS.some((type) => type in (responses['200']?.content ?? {}));
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, described]) => !isStream(described))
      .map(([method, described]) => ({
        name: described.operationId,
        method: method.toUpperCase(),
        path,
        parameters: (described.parameters ?? []).map((parameter) => ({
          ...parameter,
          schema: resolve(parameter.schema, document),
        })),
        body: bodyOf(described, document),
        statuses: new Set(Object.keys(described.responses).map(Number)),
      })),
  );
}

function bodyOf({ requestBody }: DescribedOperation, document: OpenApiDocument): Operation['body'] {
  if (!requestBody) return undefined;
  const schemas = Object.values(requestBody.content).map(({ schema }) => resolve(schema, document));
  const [schema] = schemas;
  if (!schema || schemas.some((other) => JSON.stringify(other) !== JSON.stringify(schema))) {
    throw new Error('The media types of a body have different schemas, which the generators do not support.');
  }
  return { schema, mediaTypes: Object.keys(requestBody.content) };
}

/** The schema with all references resolved. */
function resolve(schema: JsonSchema, document: OpenApiDocument): JsonSchema {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/components/schemas/', '');
    const target = document.components.schemas[name];
    if (!target) throw new Error(`The document does not contain ${schema.$ref}.`);
    return resolve(target, document);
  }
  const properties = Object.entries(schema.properties ?? {});
  return {
    ...schema,
    ...(schema.anyOf && { anyOf: schema.anyOf.map((branch) => resolve(branch, document)) }),
    ...(schema.items && { items: resolve(schema.items, document) }),
    ...(schema.properties && {
      properties: Object.fromEntries(properties.map(([name, child]) => [name, resolve(child, document)])),
    }),
  };
}

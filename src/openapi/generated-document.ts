// The document as it is generated from the schemas of the routes, as far as we look into it: parameters, bodies and
// answers are in their places, and only schemas are references.

/** A JSON Schema, or the reference to a model. */
export interface DocumentSchema {
  $ref?: string;
  description?: string;
  default?: unknown;
  examples?: unknown[];
}

export interface Reference {
  $ref: string;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: DocumentSchema;
  example?: unknown;
}

/** What a body of one media type is. */
export interface MediaType {
  schema: DocumentSchema;
  example?: unknown;
  examples?: Record<string, NamedExample>;
}

/** The example of an error. */
export interface NamedExample {
  summary?: string;
  value: object;
  /** The values of path parameters, where they are not those of their examples. */
  'x-path-parameters'?: Readonly<Record<string, string>>;
}

export interface RequestBody {
  description?: string;
  content: Record<string, MediaType>;
}

export interface Header {
  schema: DocumentSchema;
}

export interface Response {
  description: string;
  headers?: Record<string, Header | Reference>;
  content?: Record<string, MediaType>;
}

export interface Operation {
  /** What the contract says of the example of the body, where it is not that of the model. */
  'x-request-example'?: unknown;
  parameters?: Parameter[];
  requestBody?: RequestBody;
  responses: Record<string, Response | Reference>;
}

export interface GeneratedDocument {
  openapi: string;
  info: object;
  externalDocs?: object;
  servers: object[];
  tags: object[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, DocumentSchema> };
}

// The used parts of the document that is generated from the schemas of the routes: only schemas are references; parameters,
// bodies and responses are inline.

/** A JSON Schema, or a reference to a model. */
export interface DocumentSchema {
  $ref?: string;
  format?: string;
  description?: string;
  properties?: Record<string, DocumentSchema>;
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

/** A body of one media type. */
export interface MediaType {
  schema: DocumentSchema;
  example?: unknown;
  examples?: Record<string, NamedExample>;
}

/** The example of an error. */
export interface NamedExample {
  summary?: string;
  value: object;
  /** The values of path parameters that differ from their examples. */
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
  /** The example of the body, if it differs from the example of the model. */
  'x-request-example'?: unknown;
  /** The names of optional parameters that docs pages send by default. */
  'x-prefilled'?: readonly string[];
  security?: object[];
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
  components: { schemas: Record<string, DocumentSchema>; securitySchemes?: object };
}

import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';

// Values in bodies are typed; values in URLs are text.
const bodies = new Ajv({ useDefaults: true, coerceTypes: false, removeAdditional: false });
const parameters = new Ajv({ useDefaults: true, coerceTypes: true, removeAdditional: false });
addFormats.default(bodies);
addFormats.default(parameters);

export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? bodies : parameters).compile(schema);

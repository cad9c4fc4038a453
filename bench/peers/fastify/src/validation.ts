import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';

// Bodies say what type each value has; the text of a URL does not.
const bodies = new Ajv({ useDefaults: true, coerceTypes: false, removeAdditional: false });
const parameters = new Ajv({ useDefaults: true, coerceTypes: true, removeAdditional: false });
addFormats.default(bodies);
addFormats.default(parameters);

export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? bodies : parameters).compile(schema);

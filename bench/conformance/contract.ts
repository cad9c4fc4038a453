// The bounds of inputs and the validators of responses from openapi.json. The validators are independent of all peers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Schema, Validator } from '@cfworker/json-schema';

/** A property of a request body. */
export interface Field {
  type: 'string' | 'integer' | 'boolean';
  isRequired: boolean;
  isNullable: boolean;
  minLength: number;
  maxLength: number;
  minimum: number;
  maximum: number;
}

interface Document {
  paths: Record<
    string,
    { get?: { parameters?: { in: string; name: string; schema: Record<string, unknown> }[] } }
  >;
  components: { schemas: Record<string, Schema> };
}

/** Compiled, this file is in `dist/bench/conformance/`. */
const document: Document = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', '..', 'openapi.json'), 'utf8'),
);
const { schemas } = document.components;

/**
 * The fields of a request model, by name.
 *
 * @throws {Error} if a schema has an unknown keyword: the checks would ignore it.
 */
export function fieldsOf(model: 'SongCreate' | 'TaskCreate'): Map<string, Field> {
  const { properties, required, additionalProperties } = schemas[model] ?? {};
  if (!properties || additionalProperties !== false) throw new Error(`${model} is not a closed object.`);
  return new Map(
    Object.entries(properties).map(([name, schema]) => [
      name,
      readField(`${model}.${name}`, asObject(schema), required?.includes(name) ?? false),
    ]),
  );
}

/** A schema can also be `true` or `false`. */
const asObject = (schema: Schema | boolean): Schema => (typeof schema === 'object' ? schema : {});

function readField(place: string, schema: Schema, isRequired: boolean): Field {
  const variants = schema.anyOf?.map(asObject);
  const {
    type,
    minLength = 0,
    maxLength = Infinity,
    minimum = -Infinity,
    maximum = Infinity,
  } = variants?.find(({ type }) => type !== 'null') ?? schema;
  if (type !== 'string' && type !== 'integer' && type !== 'boolean') {
    throw new Error(`${place} has a type without checks: ${type}.`);
  }
  const isNullable = variants?.some((variant) => variant.type === 'null') ?? false;
  return { type, isRequired, isNullable, minLength, maxLength, minimum, maximum };
}

/** The minimum, maximum and default `limit` of a list. */
export function limitOf(path: '/songs' | '/tasks'): { minimum: number; maximum: number; default: number } {
  const parameter = document.paths[path]?.get?.parameters?.find(({ name }) => name === 'limit');
  const { minimum, maximum, default: usual } = parameter?.schema ?? {};
  if (typeof minimum !== 'number' || typeof maximum !== 'number' || typeof usual !== 'number') {
    throw new Error(`openapi.json has no bounds for the limit of ${path}.`);
  }
  return { minimum, maximum, default: usual };
}

/**
 * The two members of an error that the benchmark requires. Setlist has more, but peers need no stable codes and no
 * request ids.
 */
const peerError: Schema = {
  type: 'object',
  required: ['error', 'message'],
  properties: {
    error: schemas.ApiError?.properties?.error ?? false,
    message: schemas.ApiError?.properties?.message ?? false,
  },
};

const validators = new Map<string, Validator>();

/** The violations of a model of openapi.json in a body; `ApiError` means the members that all peers share. */
export function violations(model: string, body: unknown): string[] {
  const schema: Schema = model === 'ApiError' ? peerError : { $ref: `#/components/schemas/${model}` };
  const known = validators.get(model);
  const validator = known ?? new Validator({ ...schema, components: { schemas } }, '2020-12', false);
  validators.set(model, validator);
  return validator
    .validate(body)
    .errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}

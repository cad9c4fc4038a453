import { Ajv2020, type Options, type SchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Model } from '../../schemas/ref.ts';
import type { Failures } from '../errors/define-error.ts';
import { coercer } from './coercion.ts';
import { listFailures, type PartErrors } from './failures.ts';

/** The parts of a request that a schema can describe, under Fastify's names. */
export type HttpPart = 'params' | 'querystring' | 'headers' | 'body';

/**
 * An Ajv instance with the models. It only changes absent values that have a default.
 *
 * The schemas are not validated: compiling the meta-schemas of JSON Schema takes most of the startup of an instance. A test
 * validates them.
 */
export function modelAjv(models: readonly Model[], options: Options = {}): Ajv2020 {
  const ajv = new Ajv2020({ coerceTypes: false, removeAdditional: false, validateSchema: false, ...options });
  addFormats.default(ajv);
  // The limits of the schema cover the format: otherwise a violation would be listed twice.
  ajv.addFormat('int32', true);
  ajv.addSchema([...models]);
  return ajv;
}

/** Validates one part of a request in place: coerces parameters, fills in defaults. */
export type PartValidator = (value: unknown) => boolean;

/** The values of a request, by part. */
export type RequestParts = Readonly<Record<HttpPart, unknown>>;

const PARTS = [
  ['params', 'path'],
  ['querystring', 'query'],
  ['headers', 'header'],
  ['body', 'body'],
] as const;

/**
 * The validators of requests. The validator of the hot path stops at the first failure. Only a failed request is
 * validated again for the complete list, so that valid and hostile requests are both cheap.
 */
export class RequestValidators {
  readonly #first: Ajv2020;
  readonly #all: Ajv2020;
  readonly #full = new WeakMap<object, ValidateFunction>();

  /** @param models The models that schemas refer to. */
  constructor(models: readonly Model[]) {
    this.#first = modelAjv(models, { useDefaults: true });
    this.#all = modelAjv(models, { allErrors: true, verbose: true });
  }

  /** Compiles the validator of the hot path for one part of a route. */
  compile(schema: SchemaObject, part: HttpPart): PartValidator {
    const target = part === 'headers' ? withLowerCaseNames(schema) : schema;
    const validate = this.#first.compile(target);
    if (part === 'body') return (value) => validate(value);
    const coerce = coercer({ properties: target.properties });
    return (value) => {
      coerce(value as Record<string, unknown>);
      return validate(value);
    };
  }

  /** Lists every failure of a rejected request. */
  failures(schemas: Readonly<Partial<Record<HttpPart, SchemaObject>>>, values: RequestParts): Failures {
    const errors = PARTS.map(([part, name]): PartErrors => {
      const schema = schemas[part];
      const value = values[part];
      if (!schema) return { part: name, value, errors: [] };
      const validate = this.#fullValidator(schema, part);
      if (part !== 'body') coercer({ properties: schema.properties })(value as Record<string, unknown>);
      validate(value ?? null);
      return { part: name, value, errors: validate.errors ?? [] };
    });
    return listFailures(errors);
  }

  #fullValidator(schema: SchemaObject, part: HttpPart): ValidateFunction {
    const known = this.#full.get(schema);
    if (known) return known;
    const validate = this.#all.compile(part === 'headers' ? withLowerCaseNames(schema) : schema);
    this.#full.set(schema, validate);
    return validate;
  }
}

/** Node converts header names to lower case; the contract has the usual case. */
function withLowerCaseNames(schema: SchemaObject): SchemaObject {
  const properties = Object.entries(schema.properties ?? {});
  return {
    ...schema,
    properties: Object.fromEntries(properties.map(([name, value]) => [name.toLowerCase(), value])),
  };
}

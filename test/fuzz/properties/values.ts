import fc from 'fast-check';
import type { JsonSchema } from './document.ts';
import { stringRules, validStrings } from './strings.ts';

const ANNOTATIONS = new Set(['description', 'examples', 'default']);
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  string: ['minLength', 'maxLength', 'pattern', 'enum', 'format'],
  integer: ['minimum', 'maximum', 'format'],
  number: ['minimum', 'maximum', 'format'],
  boolean: [],
  null: [],
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'minItems', 'maxItems'],
};

const FORMATS: Readonly<Record<string, readonly string[]>> = {
  string: ['date', 'date-time', 'uuid'],
  integer: ['int32'],
  number: ['double'],
};

/** @throws if the schema has an unknown keyword, which would not be tested. */
export function checkKnown(schema: JsonSchema): void {
  const known = schema.anyOf ? ['anyOf'] : ['type', ...(KNOWN[schema.type ?? ''] ?? [])];
  const unknown = Object.keys(schema).filter((name) => !ANNOTATIONS.has(name) && !known.includes(name));
  if (schema.format !== undefined && !FORMATS[schema.type ?? '']?.includes(schema.format))
    unknown.push('format');
  if (unknown.length > 0 || (!schema.anyOf && !(schema.type !== undefined && schema.type in KNOWN))) {
    throw new Error(`The generators do not support ${JSON.stringify(schema)}.`);
  }
}

/** Valid values of the schema. */
export function validValues(schema: JsonSchema): fc.Arbitrary<unknown> {
  checkKnown(schema);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(validValues));
  switch (schema.type) {
    case 'string':
      return schema.enum ? fc.constantFrom(...schema.enum) : validStrings(stringRules(schema));
    case 'integer':
      return integers(schema);
    case 'number':
      return numbers(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(validValues(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: schema.maxItems ?? 10,
      });
    default:
      return objects(schema);
  }
}

/** The integers of a format. */
const RANGES: Readonly<Record<string, { min: number; max: number }>> = {
  int32: { min: -(2 ** 31), max: 2 ** 31 - 1 },
};

export function bounds({ minimum, maximum, format = '' }: JsonSchema): { min: number; max: number } {
  const { min, max } = RANGES[format] ?? { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
  return { min: minimum ?? min, max: maximum ?? max };
}

function integers(schema: JsonSchema): fc.Arbitrary<number> {
  const { min, max } = bounds(schema);
  const edges = [min, max, 0, -0, 1, -1, 10].filter((edge) => edge >= min && edge <= max);
  return fc.oneof(fc.integer({ min, max }), fc.constantFrom(...edges));
}

function numbers(schema: JsonSchema): fc.Arbitrary<number> {
  const { minimum: min = -Number.MAX_VALUE, maximum: max = Number.MAX_VALUE } = schema;
  const edges = [min, max, 0, -0, 0.1, 1, 5e-324].filter((edge) => edge >= min && edge <= max);
  return fc.oneof(fc.double({ min, max, noNaN: true }), fc.constantFrom(...edges));
}

function objects({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<object> {
  const members = Object.entries(properties).map(([name, child]) => [name, validValues(child)]);
  const model: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(members);
  const record = fc.record(model, { requiredKeys: [...required], noNullPrototype: true });
  // Members may have any order.
  return fc.tuple(record, fc.boolean()).map(([value, turned]) => {
    const entries = Object.entries(value);
    return Object.fromEntries(turned ? entries.reverse() : entries);
  });
}

const INTEGER = /^-?[0-9]+$/;
const NUMBER = /^-?[0-9]+(\.[0-9]+)?$/;

/** The part of a JSON Schema that determines the type of a text. */
type TypedSchema = object & { type?: unknown };

/** An object schema whose properties arrive as text. */
export interface TextObjectSchema {
  properties?: Readonly<Record<string, TypedSchema>>;
}

/**
 * Reads text as the type that its schema names: `integer` and `number` in plain decimal digits, `boolean` as
 * `true` or `false`, `array` as one element. Text that cannot be parsed is left unchanged and fails validation.
 *
 * Ajv's own coercion is not used: it takes `0x10`, `1e3` and ` 5 ` for integers, and null for 0.
 */
export function coerceText(text: string, schema: TypedSchema): unknown {
  switch (schema.type) {
    case 'integer':
      return INTEGER.test(text) ? Number(text) : text;
    case 'number':
      return NUMBER.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'array':
      // Of texts; a repeated parameter is an array already.
      return [text];
    default:
      return text;
  }
}

/**
 * Creates a function that coerces, in place, the properties of a text-valued object (path or query
 * parameters, headers, environment) whose type in the schema is not `string`.
 */
export function coercer(schema: TextObjectSchema): (values: Record<string, unknown>) => void {
  const typed = Object.entries(schema.properties ?? {}).filter(([, property]) => property.type !== 'string');
  return (values) => {
    for (const [name, property] of typed) {
      const value = values[name];
      if (typeof value === 'string') values[name] = coerceText(value, property);
    }
  };
}

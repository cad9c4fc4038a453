import type { Parameter } from './generated-document.ts';

/** Declares a parameter with a default as optional: TypeBox requires its property, because validation fills in the default. */
export function makeDefaultOptional(parameter: Parameter): void {
  if (parameter.schema.default !== undefined) parameter.required = false;
}

/**
 * Moves the example of an optional parameter into its schema: Swagger UI prefills an example next to the schema and would
 * send it as a filter with every request.
 */
export function keepFromBeingSent(parameter: Parameter): void {
  const { example, required, schema } = parameter;
  if (required || example === undefined) return;
  parameter.schema = { ...schema, examples: [example] };
  delete parameter.example;
}

import type { Parameter } from './generated-document.ts';

/** Says of a parameter with a default that it may be left out: its property is required only once that is filled in. */
export function makeDefaultOptional(parameter: Parameter): void {
  if (parameter.schema.default !== undefined) parameter.required = false;
}

/**
 * Moves the example of a parameter that may be left out into its schema: the docs page fills in the one beside the
 * schema and sends it with every request, and whoever tries a list out would see one page of one filter.
 */
export function keepFromBeingSent(parameter: Parameter): void {
  const { example, required, schema } = parameter;
  if (required || example === undefined) return;
  parameter.schema = { ...schema, examples: [example] };
  delete parameter.example;
}

import { namesOf } from '../../schemas/resource-names.ts';
import { exampleOf, examplesOf, wordsOf } from './examples.ts';
import type { NewField } from './field.ts';
import type { NewResource } from './request.ts';

/** Whether lists can be sorted by the field. Each sort key needs an index. */
export const isSortable = ({ type }: NewField): boolean =>
  ['string', 'integer', 'number', 'date', 'instant'].includes(type);

/** Whether lists can be filtered by the exact value of the field. */
export const isFilterable = ({ type }: NewField): boolean =>
  ['string', 'integer', 'boolean', 'date', 'uuid', 'enum'].includes(type);

/** Whether `q` searches the field. */
export const isSearchable = ({ type }: NewField): boolean => type === 'string' || type === 'text';

/** Writes `schemas/NAME.ts`. */
export function renderDeclaration(resource: NewResource): string {
  const { name, plural, fields, unique } = resource;
  const { one, many, a, model } = namesOf(resource);
  const searchable = fields.filter(isSearchable);
  const filterable = fields.filter(isFilterable);
  const sortable = fields.filter(isSortable);
  const list = (names: readonly NewField[]) => text(names.map((field) => field.name));
  const uniqueness = `with the same ${unique.map((field) => wordsOf(field.name)).join(' and ')}`;
  const [searched] = searchable;
  const helpers = new Set(
    fields.flatMap((field) => [
      field.type === 'enum' ? 'oneOf' : field.type,
      ...(field.isNullable ? ['nullable'] : []),
      ...(field.default === undefined ? [] : ['withDefault']),
    ]),
  );
  return `import type { Static } from '@sinclair/typebox';
import { defineResource } from './resource.ts';
import { ${[...helpers].join(', ')} } from './resource-fields.ts';

export const ${name} = defineResource({
  name: ${text(name)},
  plural: ${text(plural)},
  description: ${text(`${capital(a)}.${unique.length > 0 ? ` No two ${many} have the same ${unique.map((field) => wordsOf(field.name)).join(' and ')}.` : ''}`)},
  group: ${text(`The ${many}.`)},
  create: ${text(`Creates ${a}${unique.length > 0 ? `. If ${a} ${uniqueness} exists, the response is 409` : ''}.`)},
  fields: {
    ${fields.map((field) => `${field.name}: ${fieldExpression(field, one)},`).join('\n')}
  },
  stamps: { createdAt: ${text(`The time at which the ${one} was created.`)}, updatedAt: ${text(`The time at which the ${one} was last written.`)} },
  ${unique.length > 0 ? `unique: ${list(unique)},` : ''}
  ${sortable.length > 0 ? `sortable: ${list(sortable)},` : ''}
  ${
    filterable.length > 0
      ? `filterable: {
    ${filterable
      .map(
        (field) =>
          `${field.name}: { description: ${text(`Only ${many} with exactly this ${wordsOf(field.name)}.`)}, example: ${text(exampleOf(field, wordsOf(field.name), 0))} },`,
      )
      .join('\n')}
  },`
      : ''
  }
  ${
    searched
      ? `searchable: {
    fields: ${list(searchable)},
    description: ${text(`Only ${many} whose ${searchable.map((field) => wordsOf(field.name)).join(' or ')} contains this text, case-insensitively, in any script.`)},
    example: ${text(exampleOf(searched, wordsOf(searched.name), 0))},
  },`
      : ''
  }
  examples: ${text(examplesOf(resource))},
});
export type ${model} = Static<typeof ${name}.schemas.item>;
export type ${model}Create = Static<typeof ${name}.schemas.create>;
`;
}

/** A value as TypeScript; the formatter changes the layout. */
const text = (value: unknown): string => JSON.stringify(value);

const capital = (words: string) => words.slice(0, 1).toUpperCase() + words.slice(1);

function fieldExpression(field: NewField, one: string): string {
  const { type, values, min, max, isNullable, default: value } = field;
  const words = wordsOf(field.name);
  const description = type === 'boolean' ? `Whether the ${one} is ${words}` : `The ${words} of the ${one}`;
  const isLength = type === 'string' || type === 'text';
  const options = {
    [isLength ? 'minLength' : 'minimum']: min,
    [isLength ? 'maxLength' : 'maximum']: max,
    description: isNullable && type !== 'enum' ? undefined : `${description}.`,
    examples: type === 'enum' ? undefined : [exampleOf(field, words, 0)],
  };
  const plain = type === 'enum' ? `oneOf(${text(values)}, ${text(options)})` : `${type}(${text(options)})`;
  const expression = isNullable
    ? `nullable(${plain}, ${text(`${description}; null if it is unknown.`)})`
    : plain;
  return value === undefined ? expression : `withDefault(${expression}, ${text(value)})`;
}

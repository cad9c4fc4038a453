import type { NewField, Scalar } from './field.ts';
import type { NewResource } from './request.ts';

/** The values of the fields of a row or body. */
export type Values = Readonly<Record<string, Scalar>>;

/**
 * A valid example value, different for each index from 0 if the type has enough values.
 *
 * @param words The name of the field in words, as in `opening day`.
 */
export function exampleOf({ type, values, min, max }: NewField, words: string, index: number): Scalar {
  const number = index + 1;
  switch (type) {
    case 'string':
    case 'text': {
      const sentence = `${words.slice(0, 1).toUpperCase()}${words.slice(1)} ${number}`;
      const text = sentence.length > (max ?? 0) ? String(number).slice(0, max) : sentence;
      return text.padEnd(min ?? 0, '.');
    }
    case 'integer':
      return within(number, 1, min, max);
    case 'number':
      return within(number + 0.5, 0.5, min, max);
    case 'boolean':
      return index % 2 === 1;
    case 'enum':
      return values[index % values.length] ?? '';
    case 'uuid':
      return `0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e3${number % 10}`;
    default: {
      const instant = new Date(Date.UTC(2026, 10, 20 + index, 18)).toISOString();
      return type === 'date' ? instant.slice(0, 10) : instant;
    }
  }
}

/** Moves the number into the bounds, in the given steps. */
function within(number: number, step: number, min = -Infinity, max = Infinity): number {
  if (number < min) return Math.min(min + (number - step), max);
  return number > max ? Math.max(max - (number - step), min) : number;
}

/** The examples of a declaration. */
export interface NewExamples {
  rows: readonly [Values, Values];
  update: Values;
}

/** Two rows that differ in each field with at least two values, and an update of the first row. */
export function examplesOf({ fields, unique }: NewResource): NewExamples {
  const row = (index: number): Values =>
    Object.fromEntries(fields.map((field) => [field.name, exampleOf(field, wordsOf(field.name), index)]));
  const changed = fields.find((field) => !unique.includes(field)) ?? fields[0];
  const update = changed
    ? { [changed.name]: exampleOf(changed, wordsOf(changed.name), unique.includes(changed) ? 2 : 1) }
    : {};
  return { rows: [row(0), row(1)], update };
}

/** Splits a camel-case name into words, as in `opening day` for `openingDay`. */
export const wordsOf = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

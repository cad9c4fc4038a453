import { parseArgs } from 'node:util';
import { camelize, pluralize, singularize } from 'inflection';
import { readConfig } from '../../src/config.ts';
import { checkReserved, type NewField, RequestError, readField } from './field.ts';

/** A resource to be made, as the command line describes it. */
export interface NewResource {
  /** In camel case, as in `venue`. */
  name: string;
  plural: string;
  fields: readonly NewField[];
  /** The fields that no two rows may have in common. */
  unique: readonly NewField[];
}

export const USAGE = `Usage: npm run new -- NAME FIELD... [--unique FIELD,...] [--plural NAME] [--dry-run]

  npm run new -- venue name:string:1..200 'capacity:integer?' opened:date --unique name

NAME    one of them, in camel case, as in venue or musicVenue
FIELD   name:type, and behind it
          (a,b,c)     the values of an enum
          ?           it may be null
          :1..200     the least and the largest length of a string or text, or value of an integer or number;
                      either may be missing
          =value      the default: a create may leave the field out
        Types: string (up to 600 characters; lists can be sorted by it), text (longer), integer (32 bits), number,
        boolean, date (2026-11-20), instant (2026-11-20T07:28:35.123Z), uuid, enum

--unique    no two rows have the same values in these fields
--plural    the plural, where it is not the one of the dictionary
--dry-run   shows what would be written, and writes nothing

The shell reads ? and ( too: put what holds them in quotes.`;

const MAX_NAME = 30;
/** An entry of an index holds at most 2,704 bytes. */
const MAX_UNIQUE_BYTES = 2600;
/** Fewer different values are soon used up, in tests too. */
const MIN_UNIQUE_VALUES = 1000;

/**
 * Reads the command line.
 *
 * @throws {RequestError} if there is no such resource.
 */
export function readRequest(args: readonly string[]): NewResource & { isDryRun: boolean } {
  const { values, positionals } = parse(args);
  const [name = '', ...texts] = positionals;
  checkName(name);
  const plural = values.plural ?? pluralize(name);
  if (values.plural === undefined && singularize(name) !== name && plural === name) {
    throw new RequestError(`"${name}" is a plural: give the name of one, as in ${singularize(name)}.`);
  }
  if (plural === name) {
    throw new RequestError(`The plural of "${name}" is the same word: give another with --plural.`);
  }
  checkName(plural);

  if (texts.length === 0)
    throw new RequestError(`${name} has no fields: name one, as in name:string:1..200.`);
  const fields = texts.map(readField);
  const names = fields.map((field) => field.name);
  const twice = names.find((field, index) => names.indexOf(field) !== index);
  if (twice !== undefined) throw new RequestError(`There are two fields called ${twice}.`);
  if (fields.every(({ isNullable, default: value }) => isNullable || value !== undefined)) {
    throw new RequestError(
      `An empty ${name} would be valid: one field must have no default and not be null.`,
    );
  }
  checkSize(name, fields);
  return {
    name,
    plural,
    fields,
    unique: readUnique(values.unique ?? [], fields),
    isDryRun: values['dry-run'] ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        unique: { type: 'string', multiple: true },
        plural: { type: 'string' },
        'dry-run': { type: 'boolean' },
      },
    });
  } catch (cause) {
    const [reason] = cause instanceof Error ? cause.message.split(/\. |\n/) : [];
    throw new RequestError(`${reason}.`, { cause });
  }
}

function checkName(name: string): void {
  if (!/^[a-z][a-zA-Z]*$/.test(name) || name.length > MAX_NAME) {
    const words = camelize(name.replaceAll(/[^a-zA-Z]+/g, '_').replaceAll(/^_+|_+$/g, ''), true);
    const hint = /^[a-z][a-zA-Z]{0,29}$/.test(words) ? `, as in ${words}` : '';
    throw new RequestError(
      `"${name}" is no name of a resource: write it in camel case, with letters alone, ${MAX_NAME} at most${hint}.`,
    );
  }
  checkReserved(name);
}

/** @throws {RequestError} if a valid body can be larger than the service takes by default. */
function checkSize(name: string, fields: readonly NewField[]): void {
  const { bodyLimit } = readConfig({});
  const sizes = fields.map((field) => field.name.length * ESCAPE + 4 + longestValue(field));
  if (sizes.reduce((sum, size) => sum + size, 1) > bodyLimit) {
    throw new RequestError(
      `${name} can be larger than a request body, with ${bodyLimit} bytes at most: bound its texts, as in notes:text:..500.`,
    );
  }
}

/** The bytes of the longest form of a code unit in JSON, `\u0041`. */
const ESCAPE = 6;

/** The bytes of the longest value in JSON: each code point of a text is two escaped surrogates. */
const longestValue = ({ type, max = 0, values }: NewField): number => {
  if (type === 'string' || type === 'text') return max * 2 * ESCAPE + 2;
  return type === 'enum' ? Math.max(...values.map((value) => value.length * ESCAPE + 2)) : LONGEST_OTHER;
};

/** An instant has 24 characters; a UUID has the most, and may be escaped. */
const LONGEST_OTHER = 36 * 2 * ESCAPE + 2;

function readUnique(given: readonly string[], fields: readonly NewField[]): NewField[] {
  const names = given.flatMap((list) => list.split(',')).map((name) => name.trim());
  const unique = names.map((name) => {
    const field = fields.find((candidate) => candidate.name === name);
    if (!field) throw new RequestError(`--unique names ${name || 'nothing'}, which is no field.`);
    if (field.isNullable)
      throw new RequestError(`${name} cannot be unique: it may be null, and null equals nothing.`);
    if (field.default !== undefined) {
      throw new RequestError(`${name} cannot be unique: all rows that leave it out would have its default.`);
    }
    return field;
  });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RequestError(`--unique names ${twice} twice.`);
  if (unique.reduce((sum, field) => sum + bytesOf(field), 0) > MAX_UNIQUE_BYTES) {
    throw new RequestError(
      `The unique fields are too long for an index, with ${MAX_UNIQUE_BYTES / 4} characters at most: bound them.`,
    );
  }
  if (
    unique.length > 0 &&
    unique.reduce((product, field) => product * valuesOf(field), 1) < MIN_UNIQUE_VALUES
  ) {
    throw new RequestError(
      `The unique fields have less than ${MIN_UNIQUE_VALUES} different values: add a field.`,
    );
  }
  return unique;
}

const bytesOf = ({ type, max = 0 }: NewField) => (type === 'string' || type === 'text' ? max * 4 : 16);

function valuesOf({ type, min, max, values }: NewField): number {
  if (type === 'boolean') return 2;
  if (type === 'enum') return values.length;
  if (type === 'integer' && min !== undefined && max !== undefined) return max - min + 1;
  return Number.POSITIVE_INFINITY;
}

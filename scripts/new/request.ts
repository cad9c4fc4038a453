import { parseArgs } from 'node:util';
import { camelize, pluralize, singularize } from 'inflection';
import { readConfig } from '../../src/config.ts';
import { checkReserved, type NewField, RequestError, readField } from './field.ts';

/** The resource that the command line describes. */
export interface NewResource {
  /** In camel case, as in `venue`. */
  name: string;
  plural: string;
  fields: readonly NewField[];
  /** Two rows must differ in at least one of these fields. */
  unique: readonly NewField[];
}

export const USAGE = `Usage: npm run new -- NAME FIELD... [--unique FIELD,...] [--plural NAME] [--dry-run]

  npm run new -- venue name:string:1..200 'capacity:integer?' opened:date --unique name

NAME    the singular, in camel case, as in venue or musicVenue
FIELD   name:type, followed by
          (a,b,c)     the values of an enum
          ?           null is allowed
          :1..200     the least and the largest length of a string or text, or value of an integer or number;
                      each of them is optional
          =value      the default: the field is optional in a create
        Types: string (up to 600 characters; lists can be sorted by it), text (longer), integer (32 bits), number,
        boolean, date (2026-11-20), instant (2026-11-20T07:28:35.123Z), uuid, enum

--unique    two rows must differ in at least one of these fields
--plural    the plural, if the dictionary has another one
--dry-run   prints the files and writes nothing

The shell interprets ? and (: quote arguments that contain them.`;

const MAX_NAME = 30;
/** An index entry has at most 2,704 bytes. */
const MAX_UNIQUE_BYTES = 2600;
/** Tests create many rows: fewer values would not be enough. */
const MIN_UNIQUE_VALUES = 1000;

/**
 * Parses the command line.
 *
 * @throws {RequestError} if it does not describe a valid resource.
 */
export function readRequest(args: readonly string[]): NewResource & { isDryRun: boolean } {
  const { values, positionals } = parse(args);
  const [name = '', ...texts] = positionals;
  checkName(name);
  const plural = values.plural ?? pluralize(name);
  if (values.plural === undefined && singularize(name) !== name && plural === name) {
    throw new RequestError(`"${name}" is a plural: use the singular, as in ${singularize(name)}.`);
  }
  if (plural === name) {
    throw new RequestError(`The plural of "${name}" is the same word: set another one with --plural.`);
  }
  checkName(plural);

  if (texts.length === 0) throw new RequestError(`${name} has no fields: add one, as in name:string:1..200.`);
  const fields = texts.map(readField);
  const names = fields.map((field) => field.name);
  const twice = names.find((field, index) => names.indexOf(field) !== index);
  if (twice !== undefined) throw new RequestError(`Two fields have the name ${twice}.`);
  if (fields.every(({ isNullable, default: value }) => isNullable || value !== undefined)) {
    throw new RequestError(`An empty ${name} would be valid: at least one field must be required.`);
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
      `"${name}" is not a valid resource name: use camel case, only letters, and at most ${MAX_NAME} of them${hint}.`,
    );
  }
  checkReserved(name);
}

/** @throws {RequestError} if a valid body can exceed the default body limit. */
function checkSize(name: string, fields: readonly NewField[]): void {
  const { bodyLimit } = readConfig({});
  const sizes = fields.map((field) => field.name.length * ESCAPE + 4 + longestValue(field));
  if (sizes.reduce((sum, size) => sum + size, 1) > bodyLimit) {
    throw new RequestError(
      `${name} can exceed the body limit of ${bodyLimit} bytes: limit its texts, as in notes:text:..500.`,
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

/** A UUID is the longest other value; all its characters may be escaped. */
const LONGEST_OTHER = 36 * 2 * ESCAPE + 2;

function readUnique(given: readonly string[], fields: readonly NewField[]): NewField[] {
  const names = given.flatMap((list) => list.split(',')).map((name) => name.trim());
  const unique = names.map((name) => {
    const field = fields.find((candidate) => candidate.name === name);
    if (!field)
      throw new RequestError(
        name ? `--unique contains ${name}, which is not a field.` : '--unique contains an empty name.',
      );
    if (field.isNullable)
      throw new RequestError(`${name} cannot be unique: it may be null, and null equals no value.`);
    if (field.default !== undefined) {
      throw new RequestError(`${name} cannot be unique: all rows without it would have its default.`);
    }
    return field;
  });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RequestError(`--unique contains ${twice} twice.`);
  if (unique.reduce((sum, field) => sum + bytesOf(field), 0) > MAX_UNIQUE_BYTES) {
    throw new RequestError(
      `The unique fields are too long for an index: limit them to ${MAX_UNIQUE_BYTES / 4} characters in total.`,
    );
  }
  if (
    unique.length > 0 &&
    unique.reduce((product, field) => product * valuesOf(field), 1) < MIN_UNIQUE_VALUES
  ) {
    throw new RequestError(
      `The unique fields have fewer than ${MIN_UNIQUE_VALUES} different values: add a field.`,
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

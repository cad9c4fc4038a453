import { isReservedInTypeScript, SQL_RESERVED } from './reserved-words.ts';

/** The command line describes an invalid resource; the message is one sentence for the user. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

export const FIELD_TYPES = [
  'string',
  'text',
  'integer',
  'number',
  'boolean',
  'date',
  'instant',
  'uuid',
  'enum',
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export type Scalar = string | number | boolean;

/** A field of the new resource, as the command line describes it. */
export interface NewField {
  name: string;
  type: FieldType;
  /** The values of an enum. */
  values: readonly string[];
  /** The bounds of the length of a string or text, in code points, or of the value of an integer or number. */
  min: number | undefined;
  max: number | undefined;
  isNullable: boolean;
  /** The default; undefined if the field is required or its default is null. */
  default: Scalar | undefined;
}

const MAX_NAME = 40;
const MAX_INTEGER = 2_147_483_647;

/** The longest string: an index entry has at most 2,704 bytes, and a code point at most 4. */
export const MAX_STRING = 600;
/** The longest text: a request body has at most 32 KiB by default, and a code point at most 12 bytes in JSON. */
const MAX_TEXT = 2600;

/** The fields of every row. */
const TAKEN_IN_ROWS = ['id', 'version', 'createdAt', 'updatedAt', 'lockedId'];
/** The parameters of every list. */
const TAKEN_IN_LISTS = ['sort', 'limit', 'cursor', 'count', 'q'];

const FORM = /^([^:]*):([^(?:=]*)(?:\(([^)]*)\))?(\?)?(?::([^?=]*))?(\?)?(?:=(.*))?$/su;

/**
 * Parses a field: `name:type`, the values of an enum in parentheses, `?` if it may be null, `:min..max`, and `=default`.
 *
 * @throws {RequestError}
 */
export function readField(text: string): NewField {
  const [, name = '', typeName = '', list, mark, bounds, lateMark, given] = FORM.exec(text) ?? [];
  if (name === '')
    throw new RequestError(`"${text}" is not a field: write name:type, as in capacity:integer.`);
  checkFieldName(name);
  const type = FIELD_TYPES.find((candidate) => candidate === typeName);
  if (!type) {
    throw new RequestError(
      `${name} has the unknown type "${typeName}": the types are ${FIELD_TYPES.join(', ')}.`,
    );
  }
  const field = {
    name,
    type,
    values: readValues(name, type, list),
    ...readBounds(name, type, bounds),
    isNullable: mark !== undefined || lateMark !== undefined,
    default: undefined,
  };
  return given === undefined ? field : { ...field, default: readDefault(field, given) };
}

function checkFieldName(name: string): void {
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name) || name.length > MAX_NAME) {
    throw new RequestError(
      `"${name}" is not a valid field name: use camel case, letters and digits, and at most ${MAX_NAME} characters.`,
    );
  }
  if (TAKEN_IN_ROWS.includes(name)) {
    throw new RequestError(`A field cannot be called ${name}: every row has that field.`);
  }
  if (TAKEN_IN_LISTS.includes(name)) {
    throw new RequestError(`A field cannot be called ${name}: every list has a parameter with that name.`);
  }
  if (name in Object.prototype) {
    throw new RequestError(
      `A field cannot be called ${name}: every JavaScript object has a member with that name.`,
    );
  }
  checkReserved(name);
}

/** @throws {RequestError} if the name is a reserved word of TypeScript, or its snake-case form one of SQL. */
export function checkReserved(name: string): void {
  const inSql = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (SQL_RESERVED.has(inSql))
    throw new RequestError(`"${name}" is a reserved word of SQL: choose another name.`);
  if (isReservedInTypeScript(name)) {
    throw new RequestError(`"${name}" is a reserved word of TypeScript: choose another name.`);
  }
}

function readValues(name: string, type: FieldType, list: string | undefined): string[] {
  if (type !== 'enum') {
    if (list !== undefined)
      throw new RequestError(`${name} is not an enum: only an enum has values in parentheses.`);
    return [];
  }
  const values = (list ?? '').split(',').map((value) => value.trim());
  if (values.some((value) => !/^[\w-]{1,60}$/.test(value))) {
    throw new RequestError(
      `${name} needs values that consist of letters, digits, - and _, as in ${name}:enum(small,large).`,
    );
  }
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw new RequestError(`${name} has the value ${twice} twice.`);
  return values;
}

type Bounds = Pick<NewField, 'min' | 'max'>;

function readBounds(name: string, type: FieldType, text: string | undefined): Bounds {
  const isLength = type === 'string' || type === 'text';
  if (!isLength && type !== 'integer' && type !== 'number') {
    if (text !== undefined)
      throw new RequestError(`${name} has the type ${type}, which does not support bounds.`);
    return { min: undefined, max: undefined };
  }
  const [, low = '', high = ''] = /^(-?[\d.]*?)\.\.(-?[\d.]*)$/.exec(text ?? '..') ?? [undefined, 'x'];
  const [min, max] = [low, high].map((bound) => (bound === '' ? undefined : Number(bound)));
  const isWhole = type !== 'number';
  for (const bound of [min, max]) {
    if (bound !== undefined && (isWhole ? !Number.isInteger(bound) : !Number.isFinite(bound))) {
      throw new RequestError(
        `"${text}" are not valid bounds of ${name}: write them as in ${name}:${type}:1..200.`,
      );
    }
  }
  if (min !== undefined && max !== undefined && min > max) {
    throw new RequestError(`The bounds of ${name} are in the wrong order: ${min} is greater than ${max}.`);
  }
  if (!isLength) {
    if (isWhole && [min, max].some((bound) => Math.abs(bound ?? 0) > MAX_INTEGER)) {
      throw new RequestError(`The bounds of ${name} exceed the bounds of an integer, ±${MAX_INTEGER}.`);
    }
    return { min, max };
  }
  const [least, most, limit] = type === 'string' ? [1, 200, MAX_STRING] : [0, 2000, MAX_TEXT];
  const lengths = { min: min ?? (max === 0 ? 0 : least), max: max ?? Math.max(most, min ?? 0) };
  if (lengths.min < 0 || lengths.max < 1)
    throw new RequestError(
      `The largest length of ${name} must be at least 1, and the least length not negative.`,
    );
  if (lengths.max > limit) {
    const other = type === 'string' ? '; use a text instead' : '';
    throw new RequestError(`${name} is too long: a ${type} has at most ${limit} characters${other}.`);
  }
  return lengths;
}

function readDefault(field: NewField, text: string): Scalar {
  const { name, type, min = -Infinity, max = Infinity } = field;
  const isWithin = (value: number) => value >= min && value <= max;
  const refuse = () =>
    new RequestError(`"${text}" is not a valid default of ${name}: it must be a valid ${type}.`);
  switch (type) {
    case 'string':
    case 'text': {
      if (!isWithin([...text].length) || text.includes('\0')) throw refuse();
      return text;
    }
    case 'integer':
    case 'number': {
      const value = text.trim() === '' ? Number.NaN : Number(text);
      const isKnown = type === 'number' ? Number.isFinite(value) : Number.isInteger(value);
      if (!isKnown || !isWithin(value) || (type === 'integer' && Math.abs(value) > MAX_INTEGER))
        throw refuse();
      return value;
    }
    case 'boolean': {
      if (text !== 'true' && text !== 'false') throw refuse();
      return text === 'true';
    }
    case 'enum': {
      if (!field.values.includes(text)) throw refuse();
      return text;
    }
    case 'uuid': {
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) throw refuse();
      return text;
    }
    default: {
      const instant = type === 'date' ? `${text}T00:00:00.000Z` : text;
      const time = Date.parse(instant);
      if (!/^[1-9]\d{3}-/.test(text) || Number.isNaN(time) || new Date(time).toISOString() !== instant)
        throw refuse();
      return text;
    }
  }
}

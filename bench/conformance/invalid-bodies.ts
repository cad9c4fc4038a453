import { type Field, fieldsOf } from './contract.ts';

/** A change that makes a valid body invalid. */
export interface Spoiled {
  /** The fault, such as `song is too long`. */
  what: string;
  spoil(valid: Readonly<Record<string, unknown>>): unknown;
}

/** One character: two code units in UTF-16, and four bytes in UTF-8. */
export const ASTRAL = '𝄞';

/** Members that no create may contain: an unknown one, and those that the service sets. */
const foreign = { SongCreate: ['extra', 'id', 'createdAt'], TaskCreate: ['extra', 'id', 'internal_note'] };

/** All violations of a request schema, one at a time: the rest of the body stays valid. */
export function spoiledBodies(model: 'SongCreate' | 'TaskCreate'): Spoiled[] {
  return [
    ...[...fieldsOf(model)].flatMap(([name, field]) => spoiledFields(name, field)),
    ...foreign[model].map((name) => ({
      what: `an unknown member: ${name}`,
      spoil: (valid: object) => ({ ...valid, [name]: 1 }),
    })),
    { what: 'an array', spoil: (valid) => [valid] },
    { what: 'a text', spoil: (valid) => JSON.stringify(valid) },
    { what: 'a number', spoil: () => 7 },
    { what: 'null', spoil: () => null },
    { what: 'an empty object', spoil: () => ({}) },
  ];
}

function spoiledFields(name: string, field: Field): Spoiled[] {
  const set = (what: string, change: (value: unknown) => unknown): Spoiled => ({
    what: `${name} ${what}`,
    spoil: (valid) => ({ ...valid, [name]: change(valid[name]) }),
  });
  const to = (what: string, value: unknown) => set(what, () => value);
  return [
    // JSON omits undefined members.
    ...(field.isRequired ? [to('is missing', undefined)] : []),
    ...(field.isNullable ? [] : [to('is null', null)]),
    set('is an array', (value) => [value]),
    to('is an object', {}),
    ...byType[field.type](field).map(([what, value]) => to(what, value)),
  ];
}

const byType: Record<Field['type'], (field: Field) => [what: string, value: unknown][]> = {
  string: ({ minLength, maxLength }) => [
    ['is a number', 7],
    ['is a boolean', true],
    ...(minLength > 0 ? [['is too short', 'x'.repeat(minLength - 1)] satisfies [string, string]] : []),
    ['is too long by one character', 'x'.repeat(maxLength + 1)],
    ['is too long by one astral character', ASTRAL.repeat(maxLength + 1)],
    ['is huge', 'x'.repeat(12_000)],
    ['holds U+0000', 'a\0b'],
  ],
  integer: ({ maximum }) => [
    ['is a text', '7'],
    ['is an empty text', ''],
    ['is a boolean', true],
    ['is a fraction', 2016.5],
    ['is too large by one', maximum + 1],
    // The minimum of the schema is -(2 ** 31) + 1; peers may also accept -(2 ** 31), the smallest 32-bit integer.
    ['is too small for 32 bits', -(2 ** 31) - 1],
    ['is too large for 64 bits', 1e20],
  ],
  boolean: () => [
    ['is the text true', 'true'],
    ['is an empty text', ''],
    ['is 0', 0],
    ['is 1', 1],
  ],
};

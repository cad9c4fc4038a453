import { type Field, fieldsOf } from './contract.ts';

/** How to spoil a valid body. */
export interface Spoiled {
  /** What is wrong with it, such as `song is too long`. */
  what: string;
  spoil(valid: Readonly<Record<string, unknown>>): unknown;
}

/** Takes two units of UTF-16 and four bytes of UTF-8, but is one character. */
export const ASTRAL = '𝄞';

/** Members that no create may hold: one that means nothing, and those which the service itself fills. */
const foreign = { SongCreate: ['extra', 'id', 'createdAt'], TaskCreate: ['extra', 'id', 'internal_note'] };

/** Every way to break the schema of a request, one at a time, so that what remains of the body is valid. */
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
    // What is undefined is left out of JSON.
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
    // The schema's own minimum is -(2 ** 31) + 1; whether a peer takes -(2 ** 31), a 32-bit integer too, is left to it.
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

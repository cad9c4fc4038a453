import type { SortKeyKind, SortKeys } from '../../schemas/pagination.ts';

/** The value of one sort key; instants are RFC 3339. */
export type KeyValue = string | number;

/** The replacements of null, which sorts after all other values. Sort expressions and indexes contain them in SQL. */
export const NULL_RANKS: Record<SortKeyKind, { value: KeyValue; sql: string }> = {
  integer: { value: 2_147_483_647, sql: '2147483647' },
  number: { value: 'Infinity', sql: `'Infinity'::double precision` },
  instant: { value: 'infinity', sql: `'infinity'::timestamptz` },
  moment: { value: 'infinity', sql: `'infinity'::timestamptz` },
  date: { value: 'infinity', sql: `'infinity'::date` },
  // The last code point: texts are sorted by code points.
  text: { value: '\u{10ffff}', sql: `U&'\\+10FFFF'` },
};

interface KeyCodec {
  encode(value: unknown): string;
  /** Returns a value of the type for each text that matches the pattern. */
  decode(text: string): KeyValue;
}

const DAY = 86_400_000;
const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const FIRST_MOMENT = Date.UTC(1000, 0, 1);

const fromBase64Url = (text: string) => Buffer.from(text, 'base64url').toString().replaceAll('\0', '');
const toBase64Url = (value: unknown) => Buffer.from(String(value)).toString('base64url');

/** An instant in the years 1000 to 9999; later ones mean null. */
const momentAt = (time: number) =>
  time > LAST_MOMENT ? 'infinity' : new Date(Math.max(time, FIRST_MOMENT)).toISOString();
/** The inverse of {@link momentAt}. */
const timeOf = (value: unknown) => (value === 'infinity' ? LAST_MOMENT + DAY : Date.parse(String(value)));

const codecs: Record<SortKeyKind, KeyCodec> = {
  integer: { encode: String, decode: Number },
  number: { encode: toBase64Url, decode: (text) => Number(fromBase64Url(text)) },
  instant: {
    encode: (value) => String(Date.parse(String(value))),
    decode: (text) => new Date(Number(text)).toISOString(),
  },
  moment: { encode: (value) => String(timeOf(value)), decode: (text) => momentAt(Number(text)) },
  date: {
    encode: (value) => String(Math.floor(timeOf(value) / DAY)),
    decode: (text) => momentAt(Number(text) * DAY).slice(0, 10),
  },
  text: { encode: toBase64Url, decode: fromBase64Url },
};

/** Encodes the sort keys of a row as a cursor, which matches the `pattern` of the `cursor` parameter. */
export function encodeCursor(keys: SortKeys, row: Readonly<Record<string, unknown>>): string {
  return Object.entries(keys)
    .map(([field, kind]) => codecs[kind].encode(row[field] ?? NULL_RANKS[kind].value))
    .join('.');
}

/** Decodes a cursor. Each text that matches the `pattern` of the `cursor` parameter is valid. */
export function decodeCursor<Keys extends SortKeys>(
  keys: Keys,
  cursor: string,
): Record<keyof Keys, KeyValue> {
  const texts = cursor.split('.');
  const values = Object.entries(keys).map(([field, kind], index) => [
    field,
    codecs[kind].decode(texts[index] ?? ''),
  ]);
  return Object.fromEntries(values);
}

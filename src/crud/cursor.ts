import type { SortKeyKind, SortKeys } from '../../schemas/pagination.ts';

/** The value of one sort key: instants in their RFC 3339 form. */
export type KeyValue = string | number;

/** Where an absent integer stands in the order: after all others. Expressions and indexes say the same. */
export const RANK_OF_NULL = 2_147_483_647;

interface KeyCodec {
  encode(value: KeyValue | null): string;
  decode(text: string): KeyValue;
}

const codecs: Record<SortKeyKind, KeyCodec> = {
  integer: { encode: (value) => String(value ?? RANK_OF_NULL), decode: Number },
  instant: {
    encode: (value) => String(Date.parse(String(value))),
    decode: (text) => new Date(Number(text)).toISOString(),
  },
  text: {
    encode: (value) => Buffer.from(String(value)).toString('base64url'),
    decode: (text) => Buffer.from(text, 'base64url').toString().replaceAll('\0', ''),
  },
};

/** Writes the sort keys of a row into a cursor; its form is the `pattern` of the `cursor` parameter. */
export function encodeCursor<Keys extends SortKeys>(
  keys: Keys,
  values: Record<keyof Keys, KeyValue | null>,
): string {
  return Object.entries(keys)
    .map(([field, kind]) => codecs[kind].encode(values[field as keyof Keys]))
    .join('.');
}

/** Reads a cursor that fits the `pattern` of the `cursor` parameter; each such text is one. */
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

import fc from 'fast-check';

/** JSON text that is inserted unchanged, for values that JavaScript cannot represent. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** The style of JSON text, which does not change the value. */
export interface JsonStyle {
  /** The escaped characters: only those that must be, those outside ASCII, or all. */
  escapes: 'few' | 'ascii' | 'all';
  /** Whitespace around each token. */
  blank: string;
  /** The suffix of an integer: `.0` and `e0` do not change it. */
  suffix: '' | '.0' | 'e0' | '.00E+0';
}

export const jsonStyles: fc.Arbitrary<JsonStyle> = fc.record({
  escapes: fc.constantFrom('few', 'few', 'ascii', 'all'),
  blank: fc.constantFrom('', '', ' ', '\n', '\r\n\t'),
  suffix: fc.constantFrom('', '', '.0', 'e0', '.00E+0'),
});

/** Writes a value as JSON text (RFC 8259) in the given style. */
export function jsonText(value: unknown, style: JsonStyle): string {
  const { blank } = style;
  const padded = (text: string) => `${blank}${text}${blank}`;
  if (value instanceof RawJson) return padded(value.text);
  if (typeof value === 'string') return padded(jsonString(value, style.escapes));
  if (typeof value === 'number') return padded(jsonNumber(value, style.suffix));
  if (Array.isArray(value)) return padded(`[${value.map((item) => jsonText(item, style)).join(',')}]`);
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([name, item]) => `${padded(jsonString(name, style.escapes))}:${jsonText(item, style)}`,
    );
    return padded(`{${members.join(',')}}`);
  }
  return padded(String(value));
}

const unitEscape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

function jsonString(value: string, escapes: JsonStyle['escapes']): string {
  if (escapes === 'all') return `"${value.split('').map(unitEscape).join('')}"`;
  const text = JSON.stringify(value);
  return escapes === 'few'
    ? text
    : text.replace(/[^\x20-\x7e]/g, (unit) => unitEscape(unit).toUpperCase().replace('U', 'u'));
}

function jsonNumber(value: number, suffix: string): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /^-?\d+$/.test(text) ? text + suffix : text;
}

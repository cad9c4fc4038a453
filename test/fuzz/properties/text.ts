import fc from 'fast-check';

/** Characters that often cause faults. */
const TROUBLE = [
  ...'\'"\\/%_*?&=+#;:<>{}[]()$`~^|., \t\r\n\b\f\u0001\u001b\u007f\u0080\u0085\u00a0\u00ad',
  ...'\u0301\u0308\u200b\u200d\u200e\u202e\u2028\u2029\u2060\ufeff\ufffd\ufffe\uffff\ue000\ufdd0',
  ...'İıßẞſΣςǅﬃµKÅéÉ가힣ㄱ漢字ﾊ゙ｱ१๓٣Ⅷ½',
  ...'😀👩🏽🇩🇪🏴\u{1f3fb}\u{10000}\u{1d11e}\u{e0001}\u{e0100}\u{f0000}\u{10fffe}\u{10ffff}',
];

/** One code point, except for NUL and surrogates. */
const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TROUBLE) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }) },
  {
    weight: 3,
    arbitrary: fc
      .string({ unit: 'binary', minLength: 1, maxLength: 1 })
      .filter((text) => text !== '\0' && text.isWellFormed()),
  },
);

const ofLength = (minLength: number, maxLength: number, unit: fc.Arbitrary<string>) =>
  fc.string({ unit, minLength, maxLength, size: 'max' });

/**
 * Unicode text with a length in code points within the bounds, which are often reached: mixed text, or one repeated
 * character, so that 2,000 emoji are as likely as 2,000 letters.
 */
export function text(minLength: number, maxLength: number): fc.Arbitrary<string> {
  const short = Math.min(maxLength, Math.max(minLength, 24));
  const repeated = (length: number) => character.map((unit) => unit.repeat(length));
  return fc.oneof(
    { weight: 6, arbitrary: ofLength(minLength, short, character) },
    { weight: 2, arbitrary: repeated(minLength) },
    { weight: 2, arbitrary: repeated(maxLength) },
    { weight: 1, arbitrary: ofLength(maxLength, maxLength, fc.constantFrom(...TROUBLE)) },
  );
}

/** The text with another text inserted between two of its code points. */
export const withInserted = (texts: fc.Arbitrary<string>, piece: fc.Arbitrary<string>) =>
  fc.tuple(texts, fc.nat(), piece).map(([whole, at, inserted]) => {
    const points = [...whole];
    return points.toSpliced(at % (points.length + 1), 0, inserted).join('');
  });

/** Half of a surrogate pair: a JSON escape without a character. */
export const loneSurrogate = fc
  .integer({ min: 0xd800, max: 0xdfff })
  .map((unit) => String.fromCharCode(unit));

/** The number of code points, the length in JSON Schema. */
export const codePoints = (value: string): number => [...value].length;

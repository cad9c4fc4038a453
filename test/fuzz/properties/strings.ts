import fc from 'fast-check';
import type { JsonSchema } from './document.ts';
import { codePoints, text, withInserted } from './text.ts';

/** The maximum length of unbounded text. */
const UNBOUNDED = 300;

interface StringRules {
  minLength: number;
  maxLength: number;
  /** The pattern of JSON Schema: it matches anywhere, in Unicode mode. */
  pattern: RegExp | undefined;
  /** The format, by its name in JSON Schema. */
  format: string | undefined;
}

export function stringRules({
  minLength = 0,
  maxLength = UNBOUNDED,
  pattern,
  format,
}: JsonSchema): StringRules {
  return {
    minLength,
    maxLength,
    format,
    pattern: pattern === undefined ? undefined : new RegExp(pattern, 'u'),
  };
}

/** A sample of arbitrary characters, which distinguishes permissive patterns from specific ones. */
const SAMPLES = ['Aé 漢😀', '%_\\"\'\u202e', '\t\n\u0301\uffff'];

const instants = fc
  .date({
    min: new Date('1000-01-01T00:00:00.000Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  .map((instant) => instant.toISOString());

/** Texts of each format, including edge cases of calendars and clocks. */
const formats: Readonly<Record<string, fc.Arbitrary<string>>> = {
  date: fc.oneof(
    instants.map((instant) => instant.slice(0, 10)),
    fc.constantFrom('1000-01-01', '1582-10-10', '2000-02-29', '9999-12-31'),
  ),
  'date-time': fc.oneof(
    instants,
    fc.constantFrom('1000-01-01T00:00:00.000Z', '2026-03-29T02:30:00.000Z', '9999-12-31T23:59:59.999Z'),
  ),
  uuid: fc.uuid(),
};

/** Valid texts. */
export function validStrings({ minLength, maxLength, pattern, format }: StringRules): fc.Arbitrary<string> {
  const formatted = formats[format ?? ''];
  if (formatted) return formatted.filter((value) => pattern?.test(value) ?? true);
  if (pattern === undefined) return text(minLength, maxLength);
  const fits = (value: string) =>
    pattern.test(value) && codePoints(value) >= minLength && codePoints(value) <= maxLength;
  return SAMPLES.every((sample) => pattern.test(sample))
    ? text(minLength, maxLength).filter(fits)
    : fc.stringMatching(pattern, { maxLength }).filter(fits);
}

/** Texts of a valid length that only break the pattern. */
export function unmatchedStrings(rules: StringRules): fc.Arbitrary<string> {
  const { pattern, minLength, maxLength } = rules;
  if (pattern === undefined) throw new Error('The schema has no pattern.');
  const shorter = { ...rules, minLength: Math.max(0, minLength - 1), maxLength: maxLength - 1 };
  return fc
    .oneof(
      withInserted(validStrings(shorter), fc.constantFrom('\0', ' x', 'é', '"', '😀')),
      text(minLength, Math.min(maxLength, 40)),
    )
    .filter(
      (value) => !pattern.test(value) && codePoints(value) <= maxLength && codePoints(value) >= minLength,
    );
}

/** Texts that are too long and match the pattern; undefined if the pattern itself limits the length. */
export function longStrings(rules: StringRules): fc.Arbitrary<string> | undefined {
  const { maxLength, pattern } = rules;
  if (pattern === undefined || SAMPLES.every((sample) => pattern.test(sample)))
    return text(maxLength + 1, maxLength + 20).filter((value) => pattern?.test(value) ?? true);
  // A repeating pattern: matching texts are joined until they are too long.
  const isLong = (value: string) => pattern.test(value) && codePoints(value) > maxLength;
  const valid = validStrings(rules);
  const growing = (value: string) => repetitions(value, maxLength).some(isLong);
  if (!fc.sample(valid, { seed: 1, numRuns: 30 }).some(growing)) return undefined;
  return valid.chain((value) => fc.constantFrom(...repetitions(value, maxLength))).filter(isLong);
}

/** The possible continuations of a text. */
function repetitions(value: string, maxLength: number): string[] {
  const times = Math.ceil((maxLength + 1) / Math.max(1, value.length)) + 1;
  const middle = Math.ceil(value.length / 2);
  return [
    value.repeat(times),
    Array.from({ length: times }, () => value).join(', '),
    value.replace(/[A-Za-z0-9_-]*(?=\.)/g, (part, at) => (at === 0 ? part : part.padEnd(maxLength, 'A'))),
    value.slice(0, middle) + 'a'.repeat(maxLength) + value.slice(middle),
  ];
}

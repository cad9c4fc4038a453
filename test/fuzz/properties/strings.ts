import fc from 'fast-check';
import type { JsonSchema } from './document.ts';
import { codePoints, text, withInserted } from './text.ts';

/** Long enough to be called unbounded. */
const UNBOUNDED = 300;

interface StringRules {
  minLength: number;
  maxLength: number;
  /** What the text has to match, as JSON Schema means it: somewhere, in Unicode mode. */
  pattern: RegExp | undefined;
  /** The form that it has to have beside the pattern, as JSON Schema names it. */
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

/** What a text of any kind is made of, to tell patterns that leave out little from those that spell out a form. */
const SAMPLES = ['Aé 漢😀', '%_\\"\'\u202e', '\t\n\u0301\uffff'];

const instants = fc
  .date({
    min: new Date('1000-01-01T00:00:00.000Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  .map((instant) => instant.toISOString());

/** Texts of each format, among them those that another calendar or clock would get wrong. */
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

/** Texts that keep all rules. */
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

/** Texts of a good length that break the pattern and nothing else. */
export function unmatchedStrings(rules: StringRules): fc.Arbitrary<string> {
  const { pattern, minLength, maxLength } = rules;
  if (pattern === undefined) throw new Error('There is no pattern to break.');
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

/** Texts that are longer than they may be, and match the pattern. */
export function longStrings(rules: StringRules): fc.Arbitrary<string> {
  const { maxLength, pattern } = rules;
  const grown = fc.tuple(validStrings(rules), fc.integer({ min: 1, max: 40 }));
  const isLoose = pattern === undefined || SAMPLES.every((sample) => pattern.test(sample));
  if (isLoose) return text(maxLength + 1, maxLength + 20).filter((value) => pattern?.test(value) ?? true);
  // A form that repeats: what matches is joined until it is too long.
  return grown
    .chain(([value]) => fc.constantFrom(...repetitions(value, maxLength)))
    .filter((value) => pattern.test(value) && codePoints(value) > maxLength);
}

/** The ways in which a text of some form may go on. */
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

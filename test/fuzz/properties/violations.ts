import fc from 'fast-check';
import type { JsonSchema } from './document.ts';
import { RawJson } from './json-text.ts';
import { longStrings, stringRules, unmatchedStrings } from './strings.ts';
import { loneSurrogate, text, withInserted } from './text.ts';
import { bounds, checkKnown, validValues } from './values.ts';

/** A value that breaks one rule, and the path to the violation. */
export interface Broken {
  value: unknown;
  loc: readonly string[];
}

/** A violation of exactly one rule of a schema. */
export interface Violation {
  /** The rule, in words. */
  rule: string;
  /** The expected `type` of the failure; undefined if the text is not JSON. */
  type: string | undefined;
  /** Values that only break this rule. */
  values: fc.Arbitrary<Broken>;
}

const here = (values: fc.Arbitrary<unknown>): fc.Arbitrary<Broken> =>
  values.map((value) => ({ value, loc: [] }));

const OTHER_TYPES: Readonly<Record<string, readonly unknown[]>> = {
  string: ['', '1', 'true', 'null', 'x'],
  number: [0, 1, -1, 2019],
  boolean: [true, false],
  null: [null],
  array: [[], [1], ['x'], [null], [[]]],
  object: [{}, { a: 1 }, { length: 1 }],
};

const TYPE_FAILURES: Readonly<Record<string, string>> = {
  string: 'string_type',
  integer: 'int_type',
  number: 'float_type',
  boolean: 'bool_type',
  object: 'model_attributes_type',
  array: 'array_type',
};

/** All violations of single rules of the schema of a JSON value. */
export function violations(schema: JsonSchema): Violation[] {
  checkKnown(schema);
  const branches = schema.anyOf ?? [schema];
  const isNullable = branches.some(({ type }) => type === 'null');
  const [main, ...others] = branches.filter(({ type }) => type !== 'null');
  if (!main || others.length > 0) throw new Error('The generators only support unions with null.');
  const found: Violation[] = [wrongType(main, isNullable)];
  if (main.type === 'string') found.push(...stringViolations(main));
  if (main.type === 'integer') found.push(...integerViolations(main));
  if (main.type === 'number') found.push(...numberViolations(main));
  if (main.type === 'object') found.push(...objectViolations(main));
  return found;
}

function wrongType({ type = '' }: JsonSchema, isNullable: boolean): Violation {
  const own = type === 'integer' ? 'number' : type;
  const others = Object.entries(OTHER_TYPES).filter(
    ([name]) => name !== own && !(isNullable && name === 'null'),
  );
  return {
    rule: `is not of type ${type}`,
    type: TYPE_FAILURES[type] ?? '',
    values: here(fc.constantFrom(...others.flatMap(([, values]) => values))),
  };
}

/** Texts that match the pattern of a format, but violate it, and the `type` of their failure. */
const NO_SUCH: Readonly<Record<string, { type: string; values: readonly string[] }>> = {
  date: { type: 'date_parsing', values: ['2026-02-29', '2026-04-31', '2026-13-01', '2026-01-00'] },
  'date-time': {
    type: 'datetime_parsing',
    values: ['2026-02-29T00:00:00.000Z', '2026-01-01T24:00:00.000Z', '2026-01-01T00:60:00.000Z'],
  },
};

export function stringViolations(schema: JsonSchema): Violation[] {
  const rules = stringRules(schema);
  const found: Violation[] = [];
  const add = (rule: string, type: string | undefined, values: fc.Arbitrary<unknown>) =>
    found.push({ rule, type, values: here(values) });
  const { enum: allowed } = schema;
  if (allowed) {
    const near = fc
      .constantFrom(...allowed.map(String))
      .chain((one) =>
        fc.constantFrom(one.toUpperCase(), ` ${one}`, `${one} `, `${one}\u200b`, `-${one}`, ''),
      );
    const values = fc.oneof(near, text(0, 30)).filter((value) => !allowed.includes(value));
    add('is not in the enum', 'enum', values);
    return found;
  }
  if (rules.minLength > 0) add('is too short', 'string_too_short', text(0, rules.minLength - 1));
  // A format determines the length.
  const long = schema.maxLength === undefined || rules.format ? undefined : longStrings(rules);
  if (long) add('is too long', 'string_too_long', long);
  const unreal = NO_SUCH[rules.format ?? ''];
  if (unreal) add('violates its format', unreal.type, fc.constantFrom(...unreal.values));
  if (rules.pattern) add('breaks the pattern', 'string_pattern_mismatch', unmatchedStrings(rules));
  add('contains half a character', undefined, withInserted(text(0, 20), loneSurrogate).filter(isBroken));
  return found;
}

const isBroken = (value: string) => !value.isWellFormed();

function integerViolations(schema: JsonSchema): Violation[] {
  const { min, max } = bounds(schema);
  const far = fc.integer({ min: 0, max: 1_000_000_000_000 });
  const fractions = fc
    .tuple(fc.integer({ min: Math.max(min, -1e6), max: Math.min(max, 1e6) - 1 }), fc.constantFrom(0.5, 0.25))
    .map(([whole, part]) => whole + part);
  const found: Violation[] = [
    { rule: 'has a fraction', type: 'int_from_float', values: here(fractions) },
    { rule: 'is too large for a double', type: 'finite_number', values: here(INFINITE) },
  ];
  if (schema.minimum !== undefined) {
    const values = here(far.map((by) => min - 1 - by));
    found.push({ rule: 'is too small', type: 'greater_than_equal', values });
  }
  if (schema.maximum !== undefined) {
    const values = here(far.map((by) => max + 1 + by));
    found.push({ rule: 'is too large', type: 'less_than_equal', values });
  }
  return found;
}

const INFINITE = fc.constantFrom('1e400', '-1e400', `1${'0'.repeat(400)}`).map((json) => new RawJson(json));

function numberViolations({ minimum, maximum }: JsonSchema): Violation[] {
  const far = fc.double({ min: 0.001, max: 1e300, noNaN: true });
  const found: Violation[] = [
    { rule: 'is too large for a double', type: 'finite_number', values: here(INFINITE) },
  ];
  if (minimum !== undefined) {
    const values = here(far.map((by) => minimum - by));
    found.push({ rule: 'is too small', type: 'greater_than_equal', values });
  }
  if (maximum !== undefined) {
    const values = here(far.map((by) => maximum + by));
    found.push({ rule: 'is too large', type: 'less_than_equal', values });
  }
  return found;
}

/** Names that no model has; some have a meaning in JavaScript. */
export const foreignNames = (known: readonly string[]): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', '', '$ref', '0'),
      fc.constantFrom('id', 'createdAt', 'internal_note', 'version', 'Title', 'song ', 'a/b~1'),
      text(1, 30),
    )
    .filter((name) => !known.includes(name));

function objectViolations(schema: JsonSchema): Violation[] {
  const { properties = {}, required = [], additionalProperties } = schema;
  const whole = validValues(schema) as fc.Arbitrary<Record<string, unknown>>;
  const found: Violation[] = required.map((name) => ({
    rule: `lacks ${name}`,
    type: 'missing',
    values: whole.map(({ [name]: _, ...value }) => ({ value, loc: [name] })),
  }));
  for (const [name, child] of Object.entries(properties)) {
    for (const { rule, type, values } of violations(child)) {
      const broken = fc
        .tuple(whole, values)
        .map(([value, bad]) => ({ value: { ...value, [name]: bad.value }, loc: [name, ...bad.loc] }));
      found.push({ rule: `${name} ${rule}`, type, values: broken });
    }
  }
  if (additionalProperties !== false) return found;
  const members = fc.tuple(foreignNames(Object.keys(properties)), fc.constantFrom(null, 1, 'x', {}, [[]]));
  const values = fc.tuple(whole, members).map(([value, [name, extra]]) => ({
    value: Object.fromEntries([...Object.entries(value), [name, extra]]),
    loc: [name],
  }));
  return [...found, { rule: 'has an unknown member', type: 'extra_forbidden', values }];
}

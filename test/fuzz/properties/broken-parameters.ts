import fc from 'fast-check';
import { always, type BrokenRule, invalid, withBody } from './broken-rule.ts';
import type { JsonSchema, Operation, Parameter } from './document.ts';
import type { Draft } from './requests.ts';
import { stringRules, unmatchedStrings } from './strings.ts';
import { type DraftParts, queries, validRequests } from './valid-requests.ts';
import { bounds, validValues } from './values.ts';
import { foreignNames, stringViolations, type Violation } from './violations.ts';

/** All rules of an operation's parameters. */
export function brokenParameters(operation: Operation): BrokenRule[] {
  const { parameters } = operation;
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const rules = parameters.flatMap((parameter) => [
    ...brokenTexts(parameter).map(({ rule, type, values }) => {
      const place = { path: 'path', query: 'query', header: 'header' }[parameter.in];
      const name = parameter.in === 'header' ? parameter.name.toLowerCase() : parameter.name;
      const parts = values.map(({ value }) => String(value));
      return always(
        `${parameter.in} ${parameter.name} ${rule}`,
        invalid([place, name], type ?? ''),
        withParameter(operation, parameter, query, parts),
      );
    }),
  ]);
  if (!operation.statuses.has(422)) return rules;
  return [
    ...rules,
    ...query.map((parameter) => duplicate(operation, parameter, query)),
    unknown(operation, query),
  ];
}

/** Requests with the given texts for one parameter. */
function withParameter(
  operation: Operation,
  parameter: Parameter,
  query: readonly Parameter[],
  texts: fc.Arbitrary<string>,
): fc.Arbitrary<Draft> {
  const { name } = parameter;
  const parts: Record<Parameter['in'], () => Partial<DraftParts>> = {
    path: () => ({ parameters: texts.map((text) => ({ [name]: text })) }),
    query: () => ({
      query: fc
        .tuple(queries(query.filter((other) => other !== parameter)), texts)
        .map(([others, text]) => [...others, [name, text]]),
    }),
    header: () => ({ moreHeaders: texts.map((text) => ({ [name.toLowerCase()]: text })) }),
  };
  return validRequests(operation, parts[parameter.in]());
}

const inOneElement = (values: fc.Arbitrary<unknown>) => values.map((value) => ({ value, loc: [] }));

/** The violations of a parameter's rules; its value is always text. */
function brokenTexts({ in: place, schema }: Parameter): Violation[] {
  const violation = (rule: string, type: string, values: fc.Arbitrary<unknown>) => ({
    rule,
    type,
    values: inOneElement(values),
  });
  if (schema.type === 'boolean') {
    const words = fc.constantFrom('', '1', '0', 'TRUE', 'True', 'yes', 'on', ' true', 'null', 'truе', '\0');
    return [violation('is not a boolean', 'bool_parsing', words)];
  }
  if (schema.type === 'integer') return brokenNumbers(schema, place);
  if (place === 'header') {
    const printable = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
    const rules = stringRules(schema);
    const wrong = ['x', '"a', 'a"', '*,"a"', '"a" "b"', 'w/"a"', '"a",b', '"a b"', "'a'", '*,'].filter(
      (text) => !rules.pattern?.test(text),
    );
    const texts = () =>
      fc.oneof(
        fc.constantFrom(...wrong),
        unmatchedStrings(rules).filter((text) => printable.test(text)),
      );
    const long = fc
      .integer({ min: 1, max: 300 })
      .map((by) => `"${'x'.repeat((schema.maxLength ?? 0) - 2 + by)}"`);
    return [
      // A pattern that takes all of them takes every text that a header can contain.
      ...(wrong.length > 0 ? [violation('breaks the pattern', 'string_pattern_mismatch', texts())] : []),
      violation('is too long', 'string_too_long', long),
    ];
  }
  return stringViolations(schema).filter(({ type }) => type !== undefined);
}

function brokenNumbers(schema: JsonSchema, place: Parameter['in']): Violation[] {
  const { min, max } = bounds(schema);
  const words = [
    '1.0',
    '1.5',
    '1e3',
    '0x10',
    ' 1',
    '1 ',
    '٣',
    '１',
    'x',
    '--1',
    'NaN',
    'Infinity',
    '1_0',
    '\0',
  ];
  const unread = fc.constantFrom(...words, ...(place === 'path' ? [] : ['', '-']));
  const far = fc.bigInt({ min: 1n, max: 10n ** 30n });
  const small = far.map((by) => String(BigInt(min) - by));
  const large = far.map((by) => String(BigInt(max) + by));
  return [
    { rule: 'is not an integer', type: 'int_parsing', values: inOneElement(unread) },
    { rule: 'is too small', type: 'greater_than_equal', values: inOneElement(small) },
    { rule: 'is too large', type: 'less_than_equal', values: inOneElement(large) },
  ];
}

const LIST_FAILURES: Readonly<Record<string, string>> = {
  string: 'string_type',
  integer: 'int_type',
  boolean: 'bool_type',
};

function duplicate(operation: Operation, parameter: Parameter, query: readonly Parameter[]): BrokenRule {
  const { name, schema } = parameter;
  const values = validValues(schema).map(String);
  const twice = fc
    .tuple(queries(query.filter((other) => other !== parameter)), values, values)
    .map(([others, one, other]) => [[name, one], ...others, [name, other]] as const);
  return always(
    `query ${name} is repeated`,
    invalid(['query', name], LIST_FAILURES[schema.type ?? ''] ?? ''),
    validRequests(operation, { query: twice }),
  );
}

function unknown(operation: Operation, query: readonly Parameter[]): BrokenRule {
  const known = query.map(({ name }) => name);
  const extra = foreignNames(known).filter((name) => name !== '');
  const cases = extra.chain((name) => {
    const more = fc
      .tuple(queries(query), fc.constantFrom('', '1', 'é'))
      .map(([others, value]) => [...others, [name, value]] as const);
    return withBody(validRequests(operation, { query: more })).map((draft) => ({
      draft,
      refusal: invalid(['query', name], 'extra_forbidden'),
    }));
  });
  return { rule: 'query has an unknown parameter', cases };
}

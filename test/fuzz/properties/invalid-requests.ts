import fc from 'fast-check';
import type { JsonSchema, Operation, Parameter } from './document.ts';
import { jsonStyles, jsonText } from './json-text.ts';
import { CREATED, type Draft } from './requests.ts';
import { stringRules, unmatchedStrings } from './strings.ts';
import { type DraftParts, queries, validRequests, written } from './valid-requests.ts';
import { bounds, validValues } from './values.ts';
import { foreignNames, stringViolations, type Violation, violations } from './violations.ts';

/** How the service must answer a request that breaks one rule. */
export interface Refusal {
  status: number;
  code: string;
  /** The place that every detail must name; undefined where the answer has none to name. */
  loc?: readonly string[] | undefined;
  /** The `type` that one of the details must have. */
  type?: string | undefined;
}

/** A rule, and requests that break it and no other. */
export interface BrokenRule {
  rule: string;
  cases: fc.Arbitrary<{ draft: Draft; refusal: Refusal }>;
}

const invalid = (loc: readonly string[], type: string): Refusal => ({
  status: 422,
  code: 'validation_failed',
  loc,
  type,
});
const malformed: Refusal = { status: 400, code: 'malformed_json', loc: ['body'], type: 'json_invalid' };

/** Every rule of an operation that a request can break alone. */
export function brokenRules(operation: Operation, bodyLimit: number): BrokenRule[] {
  const { body } = operation;
  const rules = [...parameterRules(operation), ...(body ? bodyRules(operation, body) : [])];
  if (operation.statuses.has(406)) rules.push(unacceptable(operation));
  const fits = ({ draft: { payload = '' } }: { draft: Draft }) => Buffer.byteLength(payload) <= bodyLimit;
  const alone = rules.map(({ rule, cases }) => ({ rule, cases: cases.filter(fits) }));
  return body ? [...alone, tooLarge(operation, body, bodyLimit)] : alone;
}

/** The cases of a rule whose refusal is always the same. */
const always = (rule: string, refusal: Refusal, drafts: fc.Arbitrary<Draft>): BrokenRule => ({
  rule,
  cases: withBody(drafts).map((draft) => ({ draft, refusal })),
});

/** The same requests, but GET in the place of HEAD, whose answers have no body that could hold an error. */
const withBody = (drafts: fc.Arbitrary<Draft>) =>
  drafts.map((draft) => ({ ...draft, method: draft.method === 'HEAD' ? 'GET' : draft.method }));

function unacceptable(operation: Operation): BrokenRule {
  const accept = fc.constantFrom('text/html', 'image/*', 'application/json;q=0', 'application/xml, text/*');
  return always(
    'accepts no JSON',
    { status: 406, code: 'not_acceptable' },
    validRequests(operation, { accept }),
  );
}

function parameterRules(operation: Operation): BrokenRule[] {
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

/** The ways to break the rules of a parameter, which is text whatever it stands for. */
function brokenTexts({ in: place, schema }: Parameter): Violation[] {
  const violation = (rule: string, type: string, values: fc.Arbitrary<unknown>) => ({
    rule,
    type,
    values: inOneElement(values),
  });
  if (schema.type === 'boolean') {
    const words = fc.constantFrom('', '1', '0', 'TRUE', 'True', 'yes', 'on', ' true', 'null', 'truе', '\0');
    return [violation('is no boolean', 'bool_parsing', words)];
  }
  if (schema.type === 'integer') return brokenNumbers(schema, place);
  if (place === 'header') {
    const printable = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
    const texts = fc.oneof(
      fc.constantFrom('x', '"a', 'a"', '*,"a"', '"a" "b"', 'w/"a"', '"a",', '"a b"', "'a'", '"é"'),
      unmatchedStrings(stringRules(schema)).filter((text) => printable.test(text)),
    );
    const long = fc
      .integer({ min: 1, max: 300 })
      .map((by) => `"${'x'.repeat((schema.maxLength ?? 0) - 2 + by)}"`);
    return [
      violation('breaks the pattern', 'string_pattern_mismatch', texts),
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
    { rule: 'is no integer', type: 'int_parsing', values: inOneElement(unread) },
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
    `query ${name} is there twice`,
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

const FOREIGN_TYPES = [
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/jsonx',
  'application/json; charset=latin1',
  'application/json; charset="utf-16"',
  'application/merge-patch+json',
  'application/json-patch+json',
];

function bodyRules(
  operation: Operation,
  { schema, mediaTypes }: NonNullable<Operation['body']>,
): BrokenRule[] {
  const whole = validValues(schema);
  const foreign = FOREIGN_TYPES.filter((type) => !mediaTypes.includes(type));
  const texts = written(whole).map(({ payload }) => String(payload).trim());
  const unsupported: Refusal = { status: 415, code: 'unsupported_media_type' };
  const request = (parts: Partial<DraftParts>) => validRequests(operation, parts);
  const payload = (payloads: fc.Arbitrary<string | Buffer>) =>
    request({ payload: payloads.map((bytes) => ({ payload: bytes })) });
  return [
    ...violations(schema).map((violation) => brokenBody(operation, violation)),
    always('the media type is foreign', unsupported, request({ type: fc.constantFrom(...foreign) })),
    always('there is no media type', unsupported, request({ type: fc.constant(undefined) })),
    always(
      'the body is compressed',
      unsupported,
      request({ moreHeaders: fc.constantFrom({ 'content-encoding': 'gzip' }, { 'content-encoding': 'br' }) }),
    ),
    always('there is no body', invalid(['body'], 'missing'), payload(fc.constant(''))),
    always('the body is no JSON', malformed, payload(texts.chain(noJson))),
    always('the body is no UTF-8', malformed, payload(texts.chain(noUtf8))),
  ];
}

function tooLarge(
  operation: Operation,
  { schema }: NonNullable<Operation['body']>,
  bodyLimit: number,
): BrokenRule {
  const padded = fc
    .tuple(written(validValues(schema)), fc.integer({ min: 1, max: 5000 }))
    .map(([{ payload = '' }, by]) => {
      const missing = bodyLimit + by - Buffer.byteLength(payload);
      return { payload: payload + ' '.repeat(Math.max(0, missing)) };
    });
  return always(
    'the body is too large',
    { status: 413, code: 'body_too_large' },
    validRequests(operation, { payload: padded }),
  );
}

function brokenBody(operation: Operation, { rule, type, values }: Violation): BrokenRule {
  const cases = fc
    .tuple(values, jsonStyles)
    // Numbers are left as they are: a suffix would not change what they are, but what is too large to be one.
    .map(([{ value, loc }, style]) => ({ loc, payload: jsonText(value, { ...style, suffix: '' }) }))
    .chain(({ loc, payload }) =>
      withBody(validRequests(operation, { payload: fc.constant({ payload }) })).map((draft) => ({
        draft,
        refusal: type === undefined ? malformed : invalid(['body', ...loc], type),
      })),
    );
  return { rule: `body ${rule}`, cases };
}

/** Breaks the JSON text of an object. */
const noJson = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    text.slice(0, -1),
    text.slice(1),
    `${text}${text}`,
    `${text},`,
    `${text} x`,
    `\ufeff${text}`,
    `{'a':1}`,
    '{a:1}',
    '{"a":1,}',
    '{"a":NaN}',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":"\n"}',
    '{"a":"\\x"}',
    '{"a":"\\u12"}',
    '[1,2',
    'undefined',
    '// {}',
    '\0',
    ' ',
  );

/** Puts bytes that are no UTF-8 into a text of the object. */
const noUtf8 = (text: string): fc.Arbitrary<Buffer> =>
  fc
    .constantFrom('ff', 'c0af', 'eda080', 'f5808080', 'e28', 'c3')
    .map((hex) =>
      Buffer.concat([
        Buffer.from(`${text.slice(0, -1)},"x":"`),
        Buffer.from(hex.padEnd(hex.length + (hex.length % 2), '2'), 'hex'),
        Buffer.from('"}'),
      ]),
    );

/** Paths and methods that the document does not know. */
export function unknownRoutes(operations: readonly Operation[]): BrokenRule[] {
  const paths = [...new Set(operations.map(({ path }) => path))];
  const rules = paths.map((path): BrokenRule => {
    const own = operations.filter((operation) => operation.path === path);
    const [first] = own;
    if (!first) throw new Error(`${path} has no operation.`);
    const taken = new Set(['HEAD', 'OPTIONS', 'CONNECT', ...own.map(({ method }) => method)]);
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY', 'PROPFIND', 'LOCK'];
    const others = fc.constantFrom(...methods.filter((method) => !taken.has(method)));
    return {
      rule: `${path} has no such method`,
      cases: fc
        .tuple(validRequests(first, { accept: fc.constant(undefined) }), others)
        .map(([draft, method]) => ({
          draft: { ...draft, method },
          refusal: { status: 405, code: 'method_not_allowed' },
        })),
    };
  });
  const nowhere = [
    '/nowhere',
    '/song',
    '/songs/1/x',
    '/songs//1',
    '/v2/songs',
    '/SONGS',
    '/tasks.json',
    '/v1v1',
  ];
  const [some] = operations;
  if (!some) throw new Error('The document has no operation.');
  return [
    ...rules,
    always(
      'no such path',
      { status: 404, code: 'not_found' },
      fc
        .tuple(validRequests({ ...some, parameters: [] }), fc.constantFrom(...nowhere))
        .map(([draft, path]) => ({ ...draft, path, parameters: { id: CREATED } })),
    ),
  ];
}

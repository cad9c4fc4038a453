import fc from 'fast-check';
import { always, type BrokenRule, invalid, malformed, type Refusal, withBody } from './broken-rule.ts';
import type { Operation } from './document.ts';
import { jsonStyles, jsonText } from './json-text.ts';
import { type DraftParts, validRequests, written } from './valid-requests.ts';
import { validValues } from './values.ts';
import { type Violation, violations } from './violations.ts';

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

/** All rules of an operation's body, except for its size. */
export function brokenBodies(
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
    always('the media type is unsupported', unsupported, request({ type: fc.constantFrom(...foreign) })),
    always('there is no media type', unsupported, request({ type: fc.constant(undefined) })),
    always(
      'the body is compressed',
      unsupported,
      request({ moreHeaders: fc.constantFrom({ 'content-encoding': 'gzip' }, { 'content-encoding': 'br' }) }),
    ),
    always('there is no body', invalid(['body'], 'missing'), payload(fc.constant(''))),
    always('the body is not JSON', malformed, payload(texts.chain(noJson))),
    always('the body is not UTF-8', malformed, payload(texts.chain(noUtf8))),
  ];
}

/** The size limit, which is not part of a schema. */
export function tooLarge(
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
    // Numbers do not change: a suffix would not break them, except for numbers that are too large.
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

/** Inserts bytes that are not UTF-8 into a text of the object. */
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

// The default of BODY_LIMIT allows every valid body, with any escapes. The size is derived from the schemas of the contract,
// so that the test covers new resources and longer fields.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { models } from '../../schemas/index.ts';
import { readConfig } from '../../src/config.ts';

/** The parts of a JSON Schema that affect the length of values. */
interface MeasuredSchema {
  type?: string;
  enum?: string[];
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  anyOf?: MeasuredSchema[];
  items?: MeasuredSchema;
  maxItems?: number;
  properties?: Record<string, MeasuredSchema>;
}

/** `\u0041`: the longest form of a code unit. */
const ESCAPE = 6;
const QUOTES = 2;

/** `-1.7976931348623157e+308`: further digits do not change a double-precision number. */
const LONGEST_NUMBER = 24;

const longestKey = (name: string) => name.length * ESCAPE + QUOTES;

/** The bytes of the longest valid JSON text without whitespace: each code point is two escaped surrogates. */
function longest(schema: object): number {
  const {
    type,
    enum: values,
    maxLength,
    minimum,
    maximum,
    anyOf,
    properties,
    items,
    maxItems,
  }: MeasuredSchema = schema;
  if (anyOf) return Math.max(...anyOf.map(longest));
  if (type === 'null') return 'null'.length;
  if (type === 'boolean') return 'false'.length;
  if (values) return Math.max(...values.map(longestKey));
  if (type === 'string' && maxLength !== undefined) return maxLength * 2 * ESCAPE + QUOTES;
  if (type === 'integer') return Math.max(String(minimum).length, String(maximum).length);
  if (type === 'number') return LONGEST_NUMBER;
  if (items && maxItems !== undefined) return (longest(items) + 1) * maxItems + 1;
  if (type === 'object' && properties) {
    const members = Object.entries(properties).map(
      ([name, value]) => longestKey(name) + 1 + longest(value) + 1,
    );
    return members.reduce((sum, bytes) => sum + bytes, 1);
  }
  throw new Error(`The length of a body is not limited: ${JSON.stringify(schema)}`);
}

const document: { paths: Record<string, Record<string, { requestBody?: unknown }>> } = JSON.parse(
  readFileSync('openapi.json', 'utf8'),
);
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
const sent = operations.flatMap(({ requestBody = {} }) => [
  ...JSON.stringify(requestBody).matchAll(/"#\/components\/schemas\/([^"]+)"/g),
]);
const bodies = models.filter(({ $id }) => sent.some(([, name]) => name === $id));

t.test('every valid body fits into the default of BODY_LIMIT', async (t) => {
  const { bodyLimit } = readConfig({});
  for (const name of ['SongCreate', 'SongUpdate', 'TaskCreate', 'TaskUpdate']) {
    t.ok(
      bodies.some(({ $id }) => $id === name),
      `${name} is measured`,
    );
  }
  for (const model of bodies) t.ok(longest(model) <= bodyLimit, `${model.$id}: ${longest(model)} bytes`);
});

t.test('the measure matches actual bodies', async (t) => {
  const escaped = (text: string) =>
    [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const member = (name: string, value: string) => `"${escaped(name).join('')}":${value}`;
  const emoji = (count: number) => `"${'\\ud83d\\ude00'.repeat(count)}"`;
  const body = `{${[member('song', emoji(200)), member('artist', emoji(200)), member('year', '-2147483647')].join()}}`;
  t.equal(longest(models.find(({ $id }) => $id === 'SongCreate') ?? {}), body.length);
  t.equal(longest({ type: 'number' }), String(-Number.MAX_VALUE).length);
  t.equal(longest({ type: 'string', enum: ['a', 'éa'] }), JSON.stringify(escaped('éa').join('')).length - 2);
  t.throws(() => longest({ type: 'string' }), 'a text without a limit');
});

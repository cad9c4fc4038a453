// The default of BODY_LIMIT holds every valid body, however its client escapes it. The bound is derived from the schemas
// of the contract, so that a new resource or a longer field is measured too.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { models } from '../../schemas/index.ts';
import { readConfig } from '../../src/config.ts';

/** A JSON Schema, as far as the length of its values depends on it. */
interface MeasuredSchema {
  type?: string;
  enum?: string[];
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  anyOf?: MeasuredSchema[];
  properties?: Record<string, MeasuredSchema>;
}

/** `\u0041`: the longest form of a code unit. */
const ESCAPE = 6;
const QUOTES = 2;

/** `-1.7976931348623157e+308`: more digits make no difference to a number of double precision. */
const LONGEST_NUMBER = 24;

const longestKey = (name: string) => name.length * ESCAPE + QUOTES;

/** The bytes of the longest JSON text without blanks that is valid: each code point is two escaped surrogates. */
function longest(schema: object): number {
  const { type, enum: values, maxLength, minimum, maximum, anyOf, properties }: MeasuredSchema = schema;
  if (anyOf) return Math.max(...anyOf.map(longest));
  if (type === 'null') return 'null'.length;
  if (type === 'boolean') return 'false'.length;
  if (values) return Math.max(...values.map(longestKey));
  if (type === 'string' && maxLength !== undefined) return maxLength * 2 * ESCAPE + QUOTES;
  if (type === 'integer') return Math.max(String(minimum).length, String(maximum).length);
  if (type === 'number') return LONGEST_NUMBER;
  if (type === 'object' && properties) {
    const members = Object.entries(properties).map(
      ([name, value]) => longestKey(name) + 1 + longest(value) + 1,
    );
    return members.reduce((sum, bytes) => sum + bytes, 1);
  }
  throw new Error(`A body can be of any length: ${JSON.stringify(schema)}`);
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

t.test('the measure is that of a body', async (t) => {
  const escaped = (text: string) =>
    [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const member = (name: string, value: string) => `"${escaped(name).join('')}":${value}`;
  const emoji = (count: number) => `"${'\\ud83d\\ude00'.repeat(count)}"`;
  const body = `{${[member('song', emoji(200)), member('artist', emoji(200)), member('year', '-2147483647')].join()}}`;
  t.equal(longest(models.find(({ $id }) => $id === 'SongCreate') ?? {}), body.length);
  t.equal(longest({ type: 'number' }), String(-Number.MAX_VALUE).length);
  t.equal(longest({ type: 'string', enum: ['a', 'éa'] }), JSON.stringify(escaped('éa').join('')).length - 2);
  t.throws(() => longest({ type: 'string' }), 'a text without bound');
});

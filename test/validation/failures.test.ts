import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { listFailures, preview, previewText } from '../../src/validation/failures.ts';

const ajv = new Ajv2020({ verbose: true, allErrors: true });

function failuresOf(schema: object, value: unknown) {
  const validate = ajv.compile(schema);
  validate(value);
  return listFailures([{ part: 'body', value, errors: validate.errors ?? [] }]);
}

t.test('an invalid nullable field is one failure, not three', async (t) => {
  const schema = { type: 'object', properties: { year: { anyOf: [{ type: 'integer' }, { type: 'null' }] } } };
  t.same(failuresOf(schema, { year: 'x' }).details, [
    { type: 'int_type', loc: ['body', 'year'], msg: 'Input should be a valid integer', input: 'x' },
  ]);
});

t.test('the members of a failure are in FastAPI’s order', async (t) => {
  const { details } = failuresOf(
    { type: 'object', properties: { x: { type: 'string' } }, required: ['y'] },
    { x: 1 },
  );
  t.same(details.map(Object.keys), Array(2).fill(['type', 'loc', 'msg', 'input']));
});

t.test('the location contains object keys and array indices', async (t) => {
  const item = { type: 'object', properties: { 'a/b~c': { type: 'string' } }, required: ['x'] };
  const { details } = failuresOf({ type: 'array', items: item }, [{ x: 1 }, { 'a/b~c': 1 }]);
  t.same(
    details.map(({ loc, input }) => [loc, input]),
    [
      [['body', 1, 'x'], { 'a/b~c': 1 }],
      [['body', 1, 'a/b~c'], 1],
    ],
  );
});

t.test('the list of failures is limited to 100 failures and to the size of a response', async (t) => {
  const closed = { type: 'object', additionalProperties: false };
  const keys = (count: number, length: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`${index}`.padEnd(length, 'x'), 'y'.repeat(length)]),
    );
  t.match(failuresOf(closed, keys(100, 5)), { truncated: false, details: { length: 100 } });
  t.match(failuresOf(closed, keys(101, 5)), { truncated: true, details: { length: 100 } });
  const long = failuresOf(closed, keys(100, 500));
  t.ok(long.truncated);
  t.ok(JSON.stringify(long.details).length < 25 * 1024);
});

t.test('small values are not changed', async (t) => {
  for (const value of [null, 0, -1.5, true, '', 'text', [], {}, { a: [1, 'b'] }])
    t.same(preview(value), value);
});

t.test('long texts are truncated, never within a character', async (t) => {
  t.equal(previewText('x'.repeat(100)), 'x'.repeat(100));
  t.equal(previewText('x'.repeat(101)), `${'x'.repeat(100)}…`);
  t.ok(previewText(`${'x'.repeat(99)}🎵🎵`).isWellFormed());
});

t.test('large and deep values are truncated', async (t) => {
  t.same(preview([[[[1]]]]), [['…']]);
  t.same(preview(Array(11).fill(1)), [...Array(10).fill(1), '…']);
  const wide = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, index]));
  t.equal(Object.keys(preview(wide) as object).length, 11);
  t.match(preview(wide), { k9: 9, '…': '…' });
  let deep: unknown = 1;
  for (let level = 0; level < 20_000; level++) deep = [deep];
  t.same(preview(deep), [['…']], 'at constant cost, for any depth');
});

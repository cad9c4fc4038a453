import t from 'tap';
import { coercer, coerceText } from '../../src/validation/coercion.ts';

t.test('only plain decimal digits are an integer', async (t) => {
  const integer = { type: 'integer' };
  t.equal(coerceText('42', integer), 42);
  t.equal(coerceText('-7', integer), -7);
  t.equal(coerceText('007', integer), 7);
  for (const text of ['', ' 5', '5 ', '0x10', '1e3', '1.0', '+1', '--1', '١', 'abc', 'null']) {
    t.equal(coerceText(text, integer), text, JSON.stringify(text));
  }
});

t.test('a number may have a fraction', async (t) => {
  t.equal(coerceText('1.50', { type: 'number' }), 1.5);
  t.equal(coerceText('1.', { type: 'number' }), '1.');
});

t.test('only true and false are booleans', async (t) => {
  t.equal(coerceText('true', { type: 'boolean' }), true);
  t.equal(coerceText('false', { type: 'boolean' }), false);
  for (const text of ['', '1', '0', 'True', 'yes']) t.equal(coerceText(text, { type: 'boolean' }), text);
});

t.test('values without text or type are not changed', async (t) => {
  const values = { limit: ['1', '2'], name: '7', other: '8' };
  coercer({
    properties: { limit: { type: 'integer' }, name: { type: 'string' }, gone: { type: 'integer' } },
  })(values);
  t.same(values, { limit: ['1', '2'], name: '7', other: '8' });
  coercer({})(values);
  t.equal(coerceText('7', {}), '7');
});

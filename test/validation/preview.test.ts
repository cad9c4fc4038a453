import t from 'tap';
import { preview, previewText } from '../../src/validation/preview.ts';

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
  t.same(preview(deep), [['…']], 'at no cost, however deep');
});

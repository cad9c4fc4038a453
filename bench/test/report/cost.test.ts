import t from 'tap';
import { costOf } from '../../report/cost.ts';
import * as format from '../../report/format.ts';

t.test('a million requests of 360 µs are 360 seconds, a tenth of an hour', async (t) => {
  const cost = costOf(360, { perVcpuHour: 0.05, load: 1_000, utilisation: 0.6 });
  t.equal(cost.secondsPerMillion, 360);
  t.ok(Math.abs(cost.pricePerMillion - 0.005) < 1e-12);
  t.equal(cost.vcpus, 0.6);
  t.ok(Math.abs(cost.pricePerMonth - 0.6 * 0.05 * 730) < 1e-9);
});

t.test('figures have only significant digits', async (t) => {
  t.same([0, 0.00123, 0.5, 12.34, 1234.5].map(format.significant), [
    '0',
    '0.00123',
    '0.500',
    '12.3',
    '1,235',
  ]);
  t.same([0.0213, 0.456, 12.34].map(format.factor), ['0.021', '0.46', '12.3']);
  t.equal(format.interval({ interval: { low: 0.4, high: 12 } }), '0.40–12.0');
  t.equal(format.interval({ interval: undefined }), '');
  t.same([0.123, 4.56, 123.4].map(format.milliseconds), ['0.12', '4.6', '123']);
  t.same(
    [format.mebibytes(2 ** 20), format.gibibytes(2 ** 30), format.gibibytes(2.5 * 2 ** 30)],
    ['1.0', '1', '2.5'],
  );
});

import t from 'tap';
import { isoTimestamp } from '../../src/database/pool-options.ts';

t.test('timestamps are RFC 3339 in UTC with milliseconds, for every rendering of PostgreSQL', async (t) => {
  t.equal(isoTimestamp('2026-11-20 07:28:35.123+00'), '2026-11-20T07:28:35.123Z');
  t.equal(isoTimestamp('2026-11-20 07:28:35.12+00'), '2026-11-20T07:28:35.120Z');
  t.equal(isoTimestamp('2026-11-20 07:28:35+00'), '2026-11-20T07:28:35.000Z');
  t.equal(
    isoTimestamp('2026-11-20 13:58:35.1+05:30'),
    '2026-11-20T08:28:35.100Z',
    'of a session in another zone',
  );
  t.equal(
    isoTimestamp('2026-11-20 07:28:35.123456+00'),
    '2026-11-20T07:28:35.123Z',
    'of a column that is finer',
  );
});

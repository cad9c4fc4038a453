import t from 'tap';
import { parseQueryString } from '../../src/http/query-strings.ts';
import { startWithoutDatabase } from '../support/service.ts';

t.test('names and values are decoded, and repeated parameters are arrays', async (t) => {
  t.same({ ...parseQueryString('') }, {});
  t.same(
    { ...parseQueryString('a=1&b=x+y&c=%C3%B6&%C3%B6=&d&a=2&e=%252B') },
    {
      a: ['1', '2'],
      b: 'x y',
      c: 'ö',
      ö: '',
      d: '',
      e: '%2B',
    },
  );
});

t.test('a malformed query string is rejected before the body is read and validated', async (t) => {
  const { call } = await startWithoutDatabase(t);
  for (const options of [{ payload: '{' }, { json: {} }, { payload: 'x'.repeat(100_000) }]) {
    const headers = { 'content-type': 'application/json' };
    const response = await call('PUT', '/songs/x?page=%', { ...options, headers });
    t.match(response, { status: 400, body: { code: 'malformed_request' } });
  }
});

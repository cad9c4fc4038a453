import t from 'tap';
import { pathUnderBase, withoutBase } from '../../src/http/request-target.ts';

t.test('the versioned base is removed once', async (t) => {
  for (const [url, expected] of [
    ['/songs', '/songs'],
    ['/v1/songs?limit=1', '/songs?limit=1'],
    ['/v1', '/'],
    ['/v1/', '/'],
    ['/v1?x=1', '/?x=1'],
    ['/v10/songs', '/v10/songs'],
    ['/v1/v1/songs', '/v1/songs'],
    ['*', '*'],
  ] as const) {
    t.equal(withoutBase(url), expected, url);
  }
});

t.test('paths stay under the base that the client used', async (t) => {
  t.equal(pathUnderBase('/v1/songs', '/songs/1'), '/v1/songs/1');
  t.equal(pathUnderBase('/songs', '/songs/1'), '/songs/1');
  t.equal(pathUnderBase('/v10', '/songs/1'), '/songs/1');
});

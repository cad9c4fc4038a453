import t from 'tap';
import { entityTag, IfMatch, isKnown, requiredVersions } from '../../src/http/conditional-requests.ts';

const VERSION = '0b9a6d7e-58a0-4f0e-9d5c-6c1f5b2a7d11';
const OTHER = '11111111-2222-3333-4444-555555555555';

t.test('a read is spared when the client holds the version, weakly compared', async (t) => {
  t.equal(isKnown(undefined, VERSION), false);
  t.equal(isKnown(' * ', VERSION), true);
  t.equal(isKnown(entityTag(VERSION), VERSION), true);
  t.equal(isKnown(`"x",W/${entityTag(VERSION)} `, VERSION), true);
  t.equal(isKnown(entityTag(OTHER), VERSION), false);
});

t.test('a write is bound to the strong tags that were given out', async (t) => {
  t.equal(requiredVersions(undefined), undefined);
  t.equal(requiredVersions('*'), undefined);
  t.same(requiredVersions(`${entityTag(VERSION)}, ${entityTag(OTHER)}`), [VERSION, OTHER]);
  t.same(requiredVersions(`W/${entityTag(VERSION)}`), [], 'weak tags never match');
  t.same(
    requiredVersions(`"x", "'; DROP TABLE songs", "${VERSION.toUpperCase()}"`),
    [],
    'nor do tags of others',
  );
});

t.test('the schema takes what RFC 9110 takes, at linear cost', async (t) => {
  const pattern = new RegExp(IfMatch.properties['If-Match'].pattern ?? '', 'u');
  for (const valid of ['*', '""', '"a"', 'W/"a"', '"a", "b"', '"a" ,\tW/"b"', '"a,b"'])
    t.match(valid, pattern);
  for (const invalid of ['', 'a', '"a', '*, "a"', '"a" "b"', 'w/"a"', '"a",', '"é"'])
    t.notMatch(invalid, pattern);
  const start = performance.now();
  t.notMatch(`${'"a", '.repeat(400)}x`, pattern);
  t.notMatch(`${' '.repeat(2000)}x`, pattern);
  t.ok(performance.now() - start < 10_000);
});

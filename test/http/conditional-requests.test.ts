import t from 'tap';
import {
  checkCreatePreconditions,
  entityTag,
  isNotModified,
  ReadPreconditions,
  WritePreconditions,
  writePreconditions,
} from '../../src/http/conditional-requests.ts';

const VERSION = '0b9a6d7e-58a0-4f0e-9d5c-6c1f5b2a7d11';
const OTHER = '11111111-2222-3333-4444-555555555555';
const TAG = entityTag(VERSION);
const FAILED = { code: 'precondition_failed', statusCode: 412 };

t.test('a read is 304 if the client has the version, with weak comparison', async (t) => {
  const known = (ifNoneMatch: string | undefined) => isNotModified({ 'if-none-match': ifNoneMatch }, VERSION);
  t.equal(known(undefined), false);
  t.equal(known('*'), true);
  t.equal(known(TAG), true);
  t.equal(known(`"x",W/${TAG} `), true);
  t.equal(known(entityTag(OTHER)), false);
  t.equal(known(', ,'), false);
});

t.test('a read evaluates If-Match first, with strong comparison', async (t) => {
  t.equal(isNotModified({ 'if-match': '*' }, VERSION), false);
  t.equal(isNotModified({ 'if-match': `"x", ${TAG}` }, VERSION), false);
  t.equal(isNotModified({ 'if-match': TAG, 'if-none-match': TAG }, VERSION), true);
  for (const ifMatch of [entityTag(OTHER), `W/${TAG}`, '', ',']) {
    t.throws(() => isNotModified({ 'if-match': ifMatch, 'if-none-match': TAG }, VERSION), FAILED, ifMatch);
  }
});

t.test('a write depends on the tags that the service sent', async (t) => {
  const required = (ifMatch: string | undefined) => writePreconditions({ 'if-match': ifMatch }).required;
  t.equal(required(undefined), undefined);
  t.equal(required('*'), undefined);
  t.same(required(`${TAG}, ,${entityTag(OTHER)},`), [VERSION, OTHER]);
  t.same(required(`W/${TAG}`), [], 'weak tags never match');
  t.same(required(`"x", "'; DROP TABLE songs", "${VERSION.toUpperCase()}"`), [], 'other tags never match');

  const both = (ifNoneMatch: string) => writePreconditions({ 'if-match': TAG, 'if-none-match': ifNoneMatch });
  t.same(both('*'), { required: [], excluded: undefined }, 'no version matches');
  t.same(both(`W/${entityTag(OTHER)}, "x"`), { required: [VERSION], excluded: [OTHER] });
  t.same(writePreconditions({ 'if-none-match': TAG }), { required: undefined, excluded: [VERSION] });
});

t.test('a create depends on its collection, which exists and has no tag', async (t) => {
  for (const headers of [{}, { 'if-match': '*' }, { 'if-none-match': TAG }])
    checkCreatePreconditions(headers);
  for (const headers of [{ 'if-match': TAG }, { 'if-match': '' }, { 'if-none-match': '*' }])
    t.throws(() => checkCreatePreconditions(headers), FAILED, JSON.stringify(headers));
});

t.test('the schema accepts the syntax of RFC 9110, at linear cost', async (t) => {
  const texts = [ReadPreconditions, WritePreconditions].flatMap(({ properties }) =>
    Object.values(properties),
  );
  t.equal(texts.length, 4);
  for (const { pattern: text = '' } of texts) {
    const pattern = new RegExp(text, 'u');
    for (const valid of ['*', '""', '"a"', 'W/"a"', '"a", "b"', '"a" ,\tW/"b"', '"a,b"'])
      t.match(valid, pattern);
    for (const empty of ['', ',', '"a",', ',"a"', '"a", , "b",', ',,\t"a" ,']) t.match(empty, pattern);
    for (const obsolete of ['"é"', '"\x80\xff"']) t.match(obsolete, pattern, 'bytes above 0x7f');
    for (const invalid of ['a', '"a', '*, "a"', '*,', '"a" "b"', 'w/"a"', '"a b"', '"\x7f"', '"Ā"', '"a",b'])
      t.notMatch(invalid, pattern);
  }
  const pattern = new RegExp(texts[0]?.pattern ?? '', 'u');
  // Non-linear backtracking would not end.
  for (const piece of ['"a", ', ' ', ',', ', \t', '" ,', '"a" \t ,'])
    t.notMatch(`${piece.repeat(2000)}x`, pattern);
});

import t from 'tap';
import { defineError, errorKinds, ServiceError } from '../../src/errors/define-error.ts';

const request = { id: 'r-1', originalUrl: '/', headers: {} };
const details = [{ type: 'x', loc: ['body'], msg: 'x' }];

t.test('a kind makes errors with its code, status, family, message and headers', async (t) => {
  const Unwell = defineError('unwell', 503, 'Unwell', { 'retry-after': '1' });
  const cause = new Error('cause');
  const error = new Unwell({ cause, headers: { allow: 'GET' } });
  t.ok(error instanceof Unwell && error instanceof ServiceError);
  t.match(error, {
    code: 'unwell',
    statusCode: 503,
    family: 'UnavailableError',
    message: 'Unwell',
    headers: { 'retry-after': '1', allow: 'GET' },
    cause,
  });
  t.equal(error.failuresOf(request), undefined);
  t.match(error.stack, 'define-error.test');
  t.notOk(error instanceof defineError('lost', 404, 'Lost'));
});

t.test('details are given, or derived from the request on demand', async (t) => {
  const Wrong = defineError('wrong', 422, 'Wrong');
  t.same(new Wrong({ details }).failuresOf(request), { details, truncated: false });
  let asked = 0;
  const error = new Wrong({
    details: ({ id }) => {
      asked++;
      return { details: [{ type: 'x', loc: [id], msg: 'x' }], truncated: true };
    },
  });
  t.equal(asked, 0);
  t.same(error.failuresOf(request), { details: [{ type: 'x', loc: ['r-1'], msg: 'x' }], truncated: true });
});

t.test('a code belongs to one error', async (t) => {
  const Gone = defineError('gone', 404, 'Gone');
  t.equal(defineError('gone', 404, 'Gone'), Gone);
  for (const define of [() => defineError('gone', 409, 'Gone'), () => defineError('gone', 404, 'Away')])
    t.throws(define, new TypeError('Two different errors have the code gone'));
  t.equal(errorKinds().filter(({ code }) => code === 'gone').length, 1);
});

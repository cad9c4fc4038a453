import t from 'tap';
import { defineError } from '../../src/errors/define-error.ts';
import { representError } from '../../src/errors/representation.ts';

const request = { id: 'r-1', originalUrl: '/v1/songs?x=1', headers: {} };
const details = [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }];

const NotFound = defineError('not_found', 404, 'Not found');
const ValidationFailed = defineError('validation_failed', 422, 'Request validation failed');
const failed = () => new ValidationFailed({ details: () => ({ details, truncated: true }) });

t.test('an error is an envelope with a fixed order of members', async (t) => {
  const { contentType, body } = representError(failed(), request);
  t.equal(contentType, 'application/json');
  t.equal(
    JSON.stringify(body),
    '{"error":"ValidationError","code":"validation_failed","message":"Request validation failed",' +
      '"details":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}],"truncated":true,"requestId":"r-1"}',
  );
  t.notOk('details' in representError(new NotFound(), request).body, 'absent without details');
});

t.test('an error is a problem if the client prefers it', async (t) => {
  for (const accept of [
    'application/problem+json',
    'application/json;q=0.5, application/problem+json',
    'application/problem+json; charset=utf-8',
    'Application/Problem+JSON',
    'application/json;charset=utf-8;q=0.9, application/problem+json;charset=utf-8',
  ]) {
    const { contentType, body } = representError(failed(), { ...request, headers: { accept } });
    t.equal(contentType, 'application/problem+json');
    t.same(body, {
      type: 'urn:setlist:error:validation_failed',
      title: 'Request validation failed',
      status: 422,
      detail: 'Field required',
      instance: '/v1/songs',
      code: 'validation_failed',
      errors: details,
      truncated: true,
      requestId: 'r-1',
    });
  }
  t.match(
    representError(new NotFound(), { ...request, headers: { accept: 'application/problem+json' } }).body,
    {
      detail: 'Not found',
      errors: undefined,
    },
  );
  const accept = 'application/json, application/problem+json;q=0.9';
  t.match(
    representError(new NotFound(), { ...request, headers: { accept } }).contentType,
    /^application\/json/,
  );
});

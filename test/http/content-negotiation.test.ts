import t from 'tap';
import { startWithoutDatabase } from '../support/service.ts';

const { call } = await startWithoutDatabase(t);

/** A request that fails validation, which follows negotiation. */
const OPERATION = '/songs/first';

t.test('clients that accept JSON get it', async (t) => {
  for (const accept of [
    '*/*',
    'application/json',
    'Application/JSON',
    'application/*',
    'application/problem+json',
    'text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8',
    'text/plain, application/json;q=0.1',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8";q=0.5',
    'application/json; q=1; charset=utf-8',
    'text/plain, application/json; profile="a,b;q=0"; version=2',
    'application/json;q=0, application/json;version=1',
    '',
    ' ',
    ',',
  ]) {
    t.equal((await call('GET', OPERATION, { headers: { accept } })).status, 422, accept);
  }
  t.equal((await call('GET', OPERATION)).status, 422);
});

t.test('clients that do not accept JSON get 406', async (t) => {
  for (const accept of [
    'text/html',
    'application/xml',
    'application/json;q=0',
    'application/json; charset=utf-8; q=0',
    'application/json;q=0;charset=utf-8',
    'text/html; q="application/json"',
    'nonsense',
    ';',
  ]) {
    const { status, body } = await call('GET', OPERATION, { headers: { accept } });
    t.equal(status, 406, accept);
    t.equal(body.code, 'not_acceptable');
  }
});

t.test('probes accept any Accept and any query', async (t) => {
  for (const accept of ['text/html', 'application/json;q=0', 'nonsense', '']) {
    t.equal((await call('GET', '/health?ts=1', { headers: { accept } })).status, 200, accept);
    t.equal((await call('GET', '/ready?ts=1', { headers: { accept } })).status, 503, accept);
  }
});

t.test('the document ignores Accept', async (t) => {
  t.equal((await call('GET', '/openapi.yaml', { headers: { accept: 'application/yaml' } })).status, 200);
});

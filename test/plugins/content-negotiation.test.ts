import t from 'tap';
import { startWithoutDatabase } from '../support/service.ts';

const { call } = await startWithoutDatabase(t);

t.test('JSON is given to all who take it', async (t) => {
  for (const accept of [
    '*/*',
    'application/json',
    'application/*',
    'application/problem+json',
    'text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8',
    'text/plain, application/json;q=0.1',
  ]) {
    t.equal((await call('GET', '/health', { headers: { accept } })).status, 200, accept);
  }
  t.equal((await call('GET', '/health')).status, 200);
});

t.test('those who do not take it get 406', async (t) => {
  for (const accept of ['text/html', 'application/xml', 'application/json;q=0', 'nonsense']) {
    const { status, body } = await call('GET', '/health', { headers: { accept } });
    t.equal(status, 406, accept);
    t.equal(body.code, 'not_acceptable');
  }
});

t.test('the document is not JSON only', async (t) => {
  t.equal((await call('GET', '/openapi.yaml', { headers: { accept: 'application/yaml' } })).status, 200);
});

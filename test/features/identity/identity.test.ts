import t from 'tap';
import { currentUser } from '../../../src/features/identity/index.ts';
import { override } from '../../../src/http/dependencies.ts';
import { acceptingKeys, bearer, testKey } from '../../support/credentials.ts';
import { startService, startWithoutDatabase } from '../../support/service.ts';

t.test('without authentication, a header names the caller', async (t) => {
  const { call } = await startWithoutDatabase(t);
  const { body } = await call('GET', '/me', { headers: { 'x-user-id': 'ada' } });
  t.same(body, { id: 'ada', scopes: [], via: 'header' });
  const invalid: Record<string, string>[] = [{}, { 'x-user-id': '' }];
  for (const headers of invalid) {
    const { status, body: error, headers: sent } = await call('GET', '/me', { headers });
    t.equal(status, 401);
    t.match(error, { code: 'missing_user_id', message: 'missing X-User-Id' });
    t.equal(sent['www-authenticate'], undefined);
  }
});

t.test('with authentication, the credential names the caller, and the header is ignored', async (t) => {
  const key = testKey('ci', ['songs:read']);
  const { call } = await startWithoutDatabase(t, acceptingKeys(key));
  const { body } = await call('GET', '/me', { headers: { ...bearer(key.key), 'x-user-id': 'ada' } });
  t.same(body, { id: 'ci', scopes: ['songs:read'], via: 'key' });
  t.equal((await call('GET', '/me', { headers: { 'x-user-id': 'ada' } })).body.code, 'unauthorized');
});

t.test('a test overrides the caller', async (t) => {
  const ada = { id: 'ada', scopes: ['songs:write'], via: 'token' as const };
  const { call } = await startService(
    t,
    {},
    { connect: false, overrides: [override(currentUser, async () => ada)] },
  );
  t.same((await call('GET', '/me')).body, ada);
});

import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { IssuerKeys } from '../../src/identity/issuer-keys.ts';
import { TokenVerifier } from '../../src/identity/tokens.ts';
import { bearer } from '../support/credentials.ts';
import { AUDIENCE, forge, issuerKey, startIssuer } from '../support/issuer.ts';
import { startService } from '../support/service.ts';

t.test('unknown keys cause few loads', async (t) => {
  const issuer = await startIssuer(t);
  const { call } = await startService(t, issuer.environment);
  const send = async (token: string) => (await call('GET', '/me', { headers: bearer(token) })).status;
  t.equal(await send(issuer.token()), 200);
  const fetches = issuer.fetches;
  const unknown = issuerKey('ES256');
  for (let n = 0; n < 50; n++) t.equal(await send(forge(unknown, { payload: issuer.claims() })), 401);
  t.equal(issuer.fetches, fetches, 'not within 30 seconds of the last load');
});

t.test('keys stay valid while the issuer is away or sends something else', async (t) => {
  const issuer = await startIssuer(t);
  const { app, call } = await startService(t, issuer.environment);
  for (const [name, fault] of Object.entries<NonNullable<typeof issuer.fault>>({
    'status 503': (response) => response.writeHead(503).end(),
    'an empty set': (response) => response.end('{"keys":[]}'),
    'no set': (response) => response.end('[]'),
    'not JSON': (response) => response.end('<html>'),
    'a large set': (response) =>
      response.end(JSON.stringify({ keys: [issuer.key.jwk], more: 'x'.repeat(70_000) })),
    'a redirect': (response) => response.writeHead(302, { location: 'https://evil.example.com/keys' }).end(),
    'a broken connection': (response) => response.destroy(),
  })) {
    issuer.fault = fault;
    const fetches = issuer.fetches;
    await t.rejects(app.issuer?.load() ?? Promise.resolve(), name);
    t.equal(issuer.fetches, fetches + 1);
    t.equal((await call('GET', '/me', { headers: bearer(issuer.token()) })).status, 200, name);
  }
});

t.test('a changed key set makes verified tokens unknown', async (t) => {
  const issuer = await startIssuer(t);
  const { app, call } = await startService(t, issuer.environment);
  const token = issuer.token();
  const send = async () => (await call('GET', '/me', { headers: bearer(token) })).status;
  t.equal(await send(), 200);
  issuer.keys = [issuerKey('ES256').jwk];
  await app.issuer?.load();
  t.equal(await send(), 401, 'its key was removed');
});

t.test('an issuer that is away at startup makes tokens 503, until its keys are loaded', async (t) => {
  const issuer = await startIssuer(t);
  issuer.fault = (response) => response.writeHead(503).end();
  const { app, call, log } = await startService(t, issuer.environment);
  const headers = bearer(issuer.token());
  const { status, headers: sent } = await call('GET', '/me', { headers });
  t.equal(status, 503);
  t.equal(sent['retry-after'], '1');
  const ready = await call('GET', '/ready');
  t.equal(ready.status, 503);
  t.match(ready.body.details, [{ type: 'not_ready', loc: ['issuer'] }]);
  t.equal((await call('GET', '/me')).status, 401, 'a request without a credential');
  t.equal(log.filter(({ msg }) => msg === 'The keys of the issuer cannot be loaded').length, 1);

  issuer.fault = undefined;
  await app.issuer?.load();
  t.equal((await call('GET', '/me', { headers })).status, 200);
  t.match((await call('GET', '/ready')).body, { checks: { database: 'ok', issuer: 'ok' } });
  t.equal(log.filter(({ msg }) => msg === 'The keys of the issuer are available again').length, 1);
});

t.test('the URL of the key set can be configured, and metadata of another issuer is not used', async (t) => {
  const issuer = await startIssuer(t);
  const direct = await startService(t, { ...issuer.environment, AUTH_JWKS_URL: `${issuer.url}/keys` });
  t.equal((await direct.call('GET', '/me', { headers: bearer(issuer.token()) })).status, 200);
  const other = await startService(t, { ...issuer.environment, AUTH_ISSUER: `${issuer.url}/` });
  t.equal(other.app.issuer?.isLoaded, false);
});

t.test('a rotated key is loaded on first use', async (t) => {
  const issuer = await startIssuer(t);
  const { call } = await startService(t, issuer.environment);
  const rotated = issuerKey('ES256', {}, 'rotated');
  issuer.keys = [rotated.jwk];
  mockTimers(t, ['Date'], Date.now() + 31_000);
  const headers = bearer(forge(rotated, { payload: issuer.claims() }));
  t.equal((await call('GET', '/me', { headers })).status, 200);
  t.equal((await call('GET', '/me', { headers: bearer(issuer.token()) })).status, 401, 'the old key');
});

/** Time passes only as the test says. */
function mockTimers(t: Test, apis: ('Date' | 'setTimeout' | 'setInterval')[], now?: number): void {
  mock.timers.enable({ apis, ...(now !== undefined && { now }) });
  t.teardown(() => mock.timers.reset());
}

const settingsOf = ({ url }: { url: string }) => ({
  issuer: url,
  audience: AUDIENCE,
  jwksUrl: `${url}/keys`,
  algorithms: ['ES256'],
  scopeClaim: 'scope',
});
const log = { info() {}, error() {} } as never;

t.test('keys are loaded again at intervals', async (t) => {
  const issuer = await startIssuer(t);
  const keys = new IssuerKeys(settingsOf(issuer), log, () => {});
  t.teardown(() => keys.stop());
  mockTimers(t, ['setTimeout']);
  issuer.fault = (response) => response.writeHead(503).end();
  await keys.start();
  t.equal(keys.isLoaded, false);
  issuer.fault = undefined;
  for (const interval of [5_000, 600_000, 600_000]) {
    const { fetches } = issuer;
    mock.timers.tick(interval - 1);
    t.equal(issuer.fetches, fetches);
    mock.timers.tick(1);
    while (issuer.fetches === fetches) await turn();
    // The next interval begins after the load.
    await keys.load();
    await turn();
    t.equal(keys.isLoaded, true);
  }
});

t.test('a token is known until it was not used for a while', async (t) => {
  const issuer = await startIssuer(t);
  const verifier = new TokenVerifier(settingsOf(issuer), log);
  t.teardown(() => verifier.stop());
  mockTimers(t, ['setInterval']);
  await verifier.start();
  const token = issuer.token();
  t.equal(verifier.known(token), undefined);
  const principal = await verifier.verify(token);
  for (let n = 0; n < 5; n++) {
    t.equal(verifier.known(token), principal);
    mock.timers.tick(30_000);
  }
  mock.timers.tick(30_000);
  t.equal(verifier.known(token), undefined);
});

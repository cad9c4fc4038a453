import t from 'tap';
import { bearer } from '../support/credentials.ts';
import { AUDIENCE, forge, issuerKey, seconds, startIssuer } from '../support/issuer.ts';
import { startService } from '../support/service.ts';
import { attackedKeys, attacks } from './attacks.ts';

const INVALID = 'Bearer realm="setlist", error="invalid_token"';

const attacked = attackedKeys();
const { es, rs, ed } = attacked;
const issuer = await startIssuer(t, es);
const { kid, k } = attacked.secret;
issuer.keys = [
  ...[es, attacked.es2, rs, ed, attacked.encryption, attacked.weak].map(({ jwk }) => jwk),
  { kty: 'oct', kid, k: k.toString('base64url'), alg: 'HS256' },
];
const { call, log } = await startService(t, issuer.environment);

/** Sends a token to the operation that every valid credential may use. */
const send = (token: string) => call('GET', '/me', { headers: bearer(token) });

t.test('valid tokens are accepted', async (t) => {
  const payload = issuer.claims();
  const ps = issuerKey('PS256', {}, 'ps');
  issuer.keys.push(ps.jwk);
  for (const [name, token] of Object.entries({
    ES256: forge(es, { payload }),
    RS256: forge(rs, { payload }),
    EdDSA: forge(ed, { payload }),
    'typ JWT': forge(es, { header: { typ: 'JWT' }, payload }),
    'typ application/at+jwt': forge(es, { header: { typ: 'application/at+jwt' }, payload }),
    'no typ': forge(es, { header: { typ: undefined }, payload }),
    'one of several audiences': issuer.token({ aud: ['https://other.example.com', AUDIENCE] }),
    'issued by a clock that is slightly ahead': issuer.token({ iat: seconds(20), nbf: seconds(20) }),
    'an id in any script': issuer.token({ sub: 'Адам 🎵|auth0' }),
    'a lifetime of 31 days': issuer.token({ exp: seconds(31 * 86_400) }),
  })) {
    const { status, body } = await send(token);
    t.equal(status, 200, name);
    t.equal(body.via, 'token');
  }
  t.same((await send(issuer.token({ scope: ['songs:read', 'tasks:all'] }))).body, {
    id: 'ada',
    scopes: ['songs:read', 'tasks:all'],
    via: 'token',
  });
  t.same((await send(issuer.token({ scope: undefined }))).body.scopes, []);
});

t.test('no attack is accepted, and every refusal is the same 401', async (t) => {
  const all = attacks(issuer, attacked);
  t.ok(all.length >= 90, `${all.length} attacks`);
  for (const [name, token] of all) {
    const { status, headers, body } = await send(token);
    t.equal(status, 401, name);
    t.equal(headers['www-authenticate'], INVALID, name);
    t.equal(body.code, 'unauthorized', name);
    t.match(
      log.at(-1),
      { msg: 'request', status: 401, refused: /\w/ },
      `the log has the reason: ${log.at(-1)?.refused}`,
    );
  }
  const written = JSON.stringify(log);
  t.notOk(
    all.find(([, token]) => token.length > 10 && written.includes(token)),
    'the log contains no token',
  );
});

t.test('a token is refused as soon as it expires, also if it is known', async (t) => {
  const token = issuer.token({ exp: seconds(2) });
  t.equal((await send(token)).status, 200);
  t.equal((await send(token)).status, 200);
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  t.equal((await send(token)).status, 401);
  t.match(log.at(-1), { refused: 'expired token' });
});

t.test('a token in another place than Authorization is no credential', async (t) => {
  const token = issuer.token();
  const places: Record<string, string>[] = [
    { cookie: `access_token=${token}` },
    { 'x-access-token': token },
    { 'proxy-authorization': `Bearer ${token}` },
    { authorization: token },
    { authorization: `Token ${token}` },
    { authorization: `Basic ${Buffer.from(`ada:${token}`).toString('base64')}` },
  ];
  for (const headers of places) {
    const { status, headers: sent } = await call('GET', '/me', { headers });
    t.equal(status, 401);
    t.equal(sent['www-authenticate'], 'Bearer realm="setlist"');
  }
  t.equal((await call('GET', `/me?access_token=${token}`)).status, 401);
  t.equal(
    (await call('GET', '/me', { headers: { authorization: `bEaReR   ${token}` } })).status,
    200,
    'in any case',
  );
});

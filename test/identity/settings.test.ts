import t from 'tap';
import { readConfig } from '../../src/config.ts';

const ISSUER = { AUTH: 'on', AUTH_ISSUER: 'https://issuer.example.com/realm', AUTH_AUDIENCE: 'setlist' };
const HASH = 'ab'.repeat(32);

t.test('authentication is off by default only where no one else can reach the service', async (t) => {
  for (const environment of [{}, { HOST: 'localhost' }, { HOST: '127.0.0.2' }, { HOST: '::1' }]) {
    t.equal(readConfig(environment).auth, undefined);
  }
  for (const environment of [
    { NODE_ENV: 'production' },
    { HOST: '0.0.0.0' },
    { HOST: '::' },
    { HOST: 'api.example.com' },
  ]) {
    t.throws(() => readConfig(environment), { message: /^AUTH must be set .*"on".*"off"/ });
    t.equal(readConfig({ ...environment, AUTH: 'off' }).auth, undefined);
    t.ok(readConfig({ ...environment, ...ISSUER }).auth);
  }
});

t.test('the settings of an issuer and of keys are read', async (t) => {
  t.same(readConfig(ISSUER).auth, {
    issuer: {
      issuer: 'https://issuer.example.com/realm',
      audience: 'setlist',
      jwksUrl: undefined,
      algorithms: ['ES256', 'RS256', 'PS256', 'EdDSA'],
      scopeClaim: 'scope',
    },
    keys: [],
  });
  t.match(readConfig({ AUTH: 'on', API_KEYS: `ci:${HASH}:songs:read,songs:write; idle:${HASH}:;` }).auth, {
    issuer: undefined,
    keys: [
      { name: 'ci', scopes: ['songs:read', 'songs:write'] },
      { name: 'idle', scopes: [] },
    ],
  });
  const http = { ...ISSUER, AUTH_ISSUER: 'http://localhost:4000', AUTH_JWKS_URL: 'http://[::1]:4000/keys' };
  t.equal(readConfig(http).auth?.issuer?.jwksUrl, 'http://[::1]:4000/keys', 'http within this machine');
});

t.test('invalid settings abort startup', async (t) => {
  for (const [name, environment] of [
    ['AUTH', { AUTH: 'yes' }],
    ['AUTH', { AUTH: 'on' }],
    ['AUTH_AUDIENCE', { ...ISSUER, AUTH_AUDIENCE: '' }],
    ['AUTH_ISSUER', { AUTH: 'on', AUTH_AUDIENCE: 'setlist' }],
    ['AUTH_ISSUER', { AUTH: 'on', AUTH_JWKS_URL: 'https://issuer.example.com/keys' }],
    ['AUTH_ISSUER', { ...ISSUER, AUTH_ISSUER: 'issuer.example.com' }],
    ['AUTH_ISSUER', { ...ISSUER, AUTH_ISSUER: 'http://issuer.example.com' }],
    ['AUTH_ISSUER', { ...ISSUER, AUTH_ISSUER: 'https://user:password@issuer.example.com' }],
    ['AUTH_ISSUER', { ...ISSUER, AUTH_ISSUER: 'https://issuer.example.com?tenant=1' }],
    ['AUTH_JWKS_URL', { ...ISSUER, AUTH_JWKS_URL: 'http://10.0.0.1/keys' }],
    ['AUTH_JWKS_URL', { ...ISSUER, AUTH_JWKS_URL: 'file:///keys' }],
    ['AUTH_ALGORITHMS', { ...ISSUER, AUTH_ALGORITHMS: 'RS256,HS256' }],
    ['AUTH_ALGORITHMS', { ...ISSUER, AUTH_ALGORITHMS: 'none' }],
    ['AUTH_ALGORITHMS', { ...ISSUER, AUTH_ALGORITHMS: 'RS256,' }],
    ['API_KEYS', { AUTH: 'on', API_KEYS: 'ci' }],
    ['API_KEYS', { AUTH: 'on', API_KEYS: `ci:${HASH.toUpperCase()}:songs:read` }],
    ['API_KEYS', { AUTH: 'on', API_KEYS: `ci:${HASH}:songs:read songs:write` }],
    ['API_KEYS', { AUTH: 'on', API_KEYS: `ci:${HASH}:songs:read;ci:${'cd'.repeat(32)}:songs:write` }],
  ] as const) {
    t.throws(
      () => readConfig(environment),
      { message: new RegExp(`^${name} `) },
      JSON.stringify(environment),
    );
  }
});

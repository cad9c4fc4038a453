// Runs an issuer of access tokens on this machine, to try authentication: npm run issuer -- [NAME] [SCOPE…]. It prints the
// settings of the service and a token for the name, and serves further tokens until Ctrl-C. Everything is in memory.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import Provider, { errors, type JWK } from 'oidc-provider';
import { resources } from '../schemas/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '4000' },
    audience: { type: 'string', default: 'https://setlist.example.com' },
    minutes: { type: 'string', default: '60' },
  },
});
const known = resources.flatMap(({ names: { scopes }, owned }) => [
  scopes.read,
  scopes.write,
  ...(owned ? [scopes.all] : []),
]);
const [name = 'ada', ...chosen] = positionals;
const scopes = chosen.length > 0 ? chosen : known.filter((scope) => !scope.endsWith(':all'));
const { audience } = values;
const secret = randomBytes(24).toString('base64url');
const issuer = `http://localhost:${values.port}`;

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const provider = new Provider(issuer, {
  jwks: {
    keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'issuer', alg: 'ES256', use: 'sig' } as JWK],
  },
  clients: [
    {
      client_id: name,
      client_secret: secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  scopes: [...new Set([...known, ...scopes])],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      getResourceServerInfo(_context, resource) {
        if (resource !== audience) throw new errors.InvalidTarget();
        return {
          scope: [...new Set([...known, ...scopes])].join(' '),
          accessTokenFormat: 'jwt',
          accessTokenTTL: Number(values.minutes) * 60,
          jwt: { sign: { alg: 'ES256' } },
        };
      },
    },
  },
});
provider.on('server_error', (_context, error) => console.error(error));

const server = provider.listen(Number(values.port), 'localhost');
await once(server, 'listening');
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}

const response = await fetch(`${issuer}/token`, {
  method: 'POST',
  headers: { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` },
  body: new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') }),
});
const answer = await response.text();
if (!response.ok) throw new Error(`The issuer does not issue a token for ${scopes.join(' ')}: ${answer}`);
const { access_token: token, scope } = JSON.parse(answer) as { access_token: string; scope: string };

console.log(`The issuer listens on http://localhost:${(server.address() as AddressInfo).port}; Ctrl-C ends it.

The settings of the service, for .env:
  AUTH=on
  AUTH_ISSUER=${issuer}
  AUTH_AUDIENCE=${audience}

A token for ${name} with ${scope}, for ${values.minutes} minutes:
  ${token}

Further tokens:
  curl -u ${name}:${secret} -d grant_type=client_credentials -d 'scope=${scope}' ${issuer}/token`);

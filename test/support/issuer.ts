// An issuer of access tokens for tests: its keys, its metadata, and tokens of any form.
import {
  constants,
  createHmac,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

export const AUDIENCE = 'https://api.example.com';

/** A key pair; the key set of the issuer contains its public key with these members. */
export interface IssuerKey {
  kid: string;
  alg: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  jwk: JsonWebKey;
}

const pair = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

export function issuerKey(
  alg: keyof typeof pair,
  members: object = {},
  kid: string = randomUUID(),
): IssuerKey {
  const { privateKey, publicKey } = pair[alg]();
  return {
    kid,
    alg,
    privateKey,
    publicKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig', ...members },
  };
}

export const weakRsaKey = (kid: string): IssuerKey => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  return {
    kid,
    alg: 'RS256',
    privateKey,
    publicKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' },
  };
};

/** How a signature is made, by algorithm. */
const signers: Record<string, (input: Buffer, key: KeyObject) => Buffer> = {
  ES256: (input, key) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' }),
  ES384: (input, key) => sign('sha384', input, { key, dsaEncoding: 'ieee-p1363' }),
  RS256: (input, key) => sign('sha256', input, key),
  PS256: (input, key) =>
    sign('sha256', input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  EdDSA: (input, key) => sign(null, input, key),
};

/** Base64url of a text, of bytes or of a value as JSON. */
export const encoded = (part: unknown): string =>
  (Buffer.isBuffer(part)
    ? part
    : Buffer.from(typeof part === 'string' ? part : JSON.stringify(part))
  ).toString('base64url');

export const signature = (input: string, alg: string, key: KeyObject): Buffer => {
  const signer = signers[alg];
  if (!signer) throw new Error(`No signer for ${alg}`);
  return signer(Buffer.from(input), key);
};

export const hmac = (input: string, hash: string, secret: string | Buffer): Buffer =>
  createHmac(hash, secret).update(input).digest();

/** A token with these parts, signed over what it contains. */
export function forge(
  key: IssuerKey,
  { header = {}, payload, alg = key.alg }: { header?: object | string; payload: unknown; alg?: string },
): string {
  const head = typeof header === 'string' ? header : { alg: key.alg, typ: 'at+jwt', kid: key.kid, ...header };
  const input = `${encoded(head)}.${encoded(payload)}`;
  return `${input}.${encoded(signature(input, alg, key.privateKey))}`;
}

export const seconds = (offset = 0): number => Math.floor(Date.now() / 1000) + offset;

/** An issuer on this machine. */
export interface TestIssuer {
  url: string;
  /** The settings of a service that accepts its tokens. */
  environment: Record<string, string>;
  key: IssuerKey;
  /** The public keys that it publishes. */
  keys: JsonWebKey[];
  /** Answers instead of the key set, for faults; undefined: the key set. */
  fault: ((response: ServerResponse) => void) | undefined;
  /** The number of requests for the key set. */
  fetches: number;
  claims(changes?: object): Record<string, unknown>;
  token(changes?: object): string;
  close(): Promise<void>;
}

/** Starts an issuer; it stops after the test. */
export async function startIssuer(t: Test, key = issuerKey('ES256')): Promise<TestIssuer> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/openid-configuration') {
      response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }));
    } else if (request.url === '/keys') {
      issuer.fetches++;
      if (issuer.fault) issuer.fault(response);
      else response.end(JSON.stringify({ keys: issuer.keys }));
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: TestIssuer = {
    url,
    environment: { AUTH: 'on', AUTH_ISSUER: url, AUTH_AUDIENCE: AUDIENCE },
    key,
    keys: [key.jwk],
    fault: undefined,
    fetches: 0,
    claims: (changes = {}) => ({
      iss: url,
      aud: AUDIENCE,
      sub: 'ada',
      iat: seconds(),
      exp: seconds(300),
      scope: 'songs:read songs:write tasks:read tasks:write',
      ...changes,
    }),
    token: (changes) => forge(key, { payload: issuer.claims(changes) }),
    async close() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
  t.teardown(() => issuer.close());
  return issuer;
}

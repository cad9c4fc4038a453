// API keys for tests of a service with authentication.
import { eventSources } from '../../schemas/index.ts';
import { generateApiKey, hashOf } from '../../src/identity/api-keys.ts';
import type { Client } from './client.ts';

/** Every scope. */
export const SCOPES: readonly string[] = [
  ...eventSources.flatMap(({ names: { scopes }, owned }) => [
    scopes.read,
    scopes.write,
    ...(owned ? [scopes.all] : []),
  ]),
  'audit:read',
  'webhooks:read',
  'webhooks:write',
];

/** A key with its entry in `API_KEYS`. */
export interface TestKey {
  name: string;
  key: string;
  entry: string;
}

export function testKey(name: string, scopes: readonly string[]): TestKey {
  const key = generateApiKey();
  return { name, key, entry: `${name}:${hashOf(key).toString('hex')}:${scopes.join(',')}` };
}

/** A key with every scope, and one without scopes. */
export const fullKey = testKey('full', SCOPES);
export const idleKey = testKey('idle', []);

/** The settings of a service that accepts these keys. */
export const acceptingKeys = (...keys: readonly TestKey[]): Record<string, string> => ({
  AUTH: 'on',
  API_KEYS: keys.map(({ entry }) => entry).join(';'),
});

export const bearer = (credential: string): { authorization: string } => ({
  authorization: `Bearer ${credential}`,
});

/** The same client; it sends this credential, unless a request has its own. */
export const authenticated =
  (call: Client, credential: string): Client =>
  (method, url, options = {}) =>
    call(method, url, { ...options, headers: { ...bearer(credential), ...options.headers } });

/**
 * A signed token, an API key, the secret of a Basic credential, or the password of a database, except for that in the message about
 * the format of `DATABASE_URL`.
 */
const CREDENTIAL =
  /eyJ[\w-]{8,}\.[\w-]{8,}\.|setlist_[0-9A-Za-z]{43}|whsec_[\w+/]{8,}|\b(Basic|Bearer) [\w+/=-]{8,}|:\/\/(?!user:password@)[^/@"\s]*:[^/@"\s]+@/;

/** @throws {Error} if a log contains a credential. */
export function checkLog(text: string): void {
  if (CREDENTIAL.test(text)) throw new Error(`The log contains a credential:\n${text}`);
}

import { isIP } from 'node:net';
import { ConfigError } from '../config-error.ts';
import type { ApiKey } from './api-keys.ts';

/** The settings of authentication; see the table in the README. */
export interface AuthSettings {
  /** The issuer of tokens; undefined if only API keys are accepted. */
  readonly issuer: IssuerSettings | undefined;
  readonly keys: readonly ApiKey[];
}

export interface IssuerSettings {
  /** The exact `iss` of tokens. */
  readonly issuer: string;
  /** The required `aud` of tokens. */
  readonly audience: string;
  /** The URL of the key set; undefined: the metadata of the issuer contains it. */
  readonly jwksUrl: string | undefined;
  readonly algorithms: readonly string[];
  /** The claim with the scopes: a text with spaces, or an array. */
  readonly scopeClaim: string;
}

/** The variables that configure authentication. */
export interface AuthVariables {
  NODE_ENV?: string | undefined;
  HOST: string;
  AUTH?: 'on' | 'off' | undefined;
  AUTH_ISSUER?: string | undefined;
  AUTH_AUDIENCE?: string | undefined;
  AUTH_JWKS_URL?: string | undefined;
  AUTH_ALGORITHMS: string;
  AUTH_SCOPE_CLAIM: string;
  API_KEYS: string;
}

/** Only asymmetric ones: the service holds no secret that could sign a token (RFC 8725, 3.1 and 3.2). */
const ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
];

/**
 * Reads the settings of authentication.
 *
 * @returns undefined if it is off.
 * @throws {ConfigError} if a value is invalid, or if `AUTH` is not set although others may reach the service.
 */
export function readAuth(variables: AuthVariables): AuthSettings | undefined {
  const { NODE_ENV, HOST, AUTH, API_KEYS } = variables;
  if (AUTH === undefined && (NODE_ENV === 'production' || !isLoopback(HOST))) {
    throw new ConfigError(
      'AUTH',
      'must be set when NODE_ENV is production or HOST is not a loopback address: "on" requires credentials (see AUTH_ISSUER and API_KEYS), "off" lets everyone read and write.',
    );
  }
  if (AUTH !== 'on') return undefined;
  const issuer = readIssuer(variables);
  const keys = API_KEYS.split(';').flatMap((entry) => (entry.trim() === '' ? [] : [readKey(entry.trim())]));
  if (issuer === undefined && keys.length === 0) {
    throw new ConfigError(
      'AUTH',
      'is on, but there are no credentials: set AUTH_ISSUER and AUTH_AUDIENCE, or API_KEYS.',
    );
  }
  if (new Set(keys.map(({ name }) => name)).size < keys.length) {
    throw new ConfigError('API_KEYS', 'contains two keys with the same name.');
  }
  return { issuer, keys };
}

function readIssuer(variables: AuthVariables): IssuerSettings | undefined {
  const { AUTH_ISSUER, AUTH_AUDIENCE, AUTH_JWKS_URL, AUTH_ALGORITHMS, AUTH_SCOPE_CLAIM } = variables;
  if (!AUTH_ISSUER) {
    if (AUTH_AUDIENCE || AUTH_JWKS_URL)
      throw new ConfigError('AUTH_ISSUER', 'must be set with AUTH_AUDIENCE or AUTH_JWKS_URL.');
    return undefined;
  }
  if (!AUTH_AUDIENCE) {
    throw new ConfigError(
      'AUTH_AUDIENCE',
      'must be set with AUTH_ISSUER: tokens for other services must not be accepted.',
    );
  }
  const algorithms = AUTH_ALGORITHMS.split(',').map((algorithm) => algorithm.trim());
  const unknown = algorithms.find((algorithm) => !ALGORITHMS.includes(algorithm));
  if (unknown !== undefined) {
    throw new ConfigError(
      'AUTH_ALGORITHMS',
      `must be a list of ${ALGORITHMS.join(', ')}, but contains ${JSON.stringify(unknown)}.`,
    );
  }
  checkUrl('AUTH_ISSUER', AUTH_ISSUER);
  if (AUTH_JWKS_URL) checkUrl('AUTH_JWKS_URL', AUTH_JWKS_URL);
  return {
    issuer: AUTH_ISSUER,
    audience: AUTH_AUDIENCE,
    jwksUrl: AUTH_JWKS_URL || undefined,
    algorithms,
    scopeClaim: AUTH_SCOPE_CLAIM,
  };
}

function checkUrl(name: string, url: string): void {
  if (isSecureUrl(url)) return;
  throw new ConfigError(
    name,
    'must be an https URL without credentials, query and fragment; http is only allowed on a loopback address.',
  );
}

/** Whether keys that are loaded from a URL can be trusted: https, or http within this machine. */
export function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username || password || search || hash) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[(.*)\]$/, '$1')));
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

const KEY = /^(?<name>[\w.-]{1,64}):(?<hash>[0-9a-f]{64}):(?<scopes>[\w:.-]+(?:,[\w:.-]+)*)?$/;

/** Reads `name:sha256:scope,scope`, as `npm run key` prints it. */
function readKey(entry: string): ApiKey {
  const { name, hash, scopes = '' } = KEY.exec(entry)?.groups ?? {};
  if (name === undefined || hash === undefined) {
    throw new ConfigError(
      'API_KEYS',
      'must be a list such as ci:SHA-256:songs:read,songs:write, separated by semicolons; npm run key prints an entry.',
    );
  }
  return { name, hash: Buffer.from(hash, 'hex'), scopes: scopes === '' ? [] : scopes.split(',') };
}

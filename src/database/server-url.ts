import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ClientConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import { ConfigError } from '../config-error.ts';

/** Parameters with the path of a file, which is read once, at startup. */
const FILES = ['sslcert', 'sslkey', 'sslrootcert'];

/** The supported parameters; the service itself controls all other settings of a connection. */
const PARAMETERS = [
  'application_name',
  'host',
  'options',
  'password',
  'port',
  'ssl',
  ...FILES,
  'sslmode',
  'sslnegotiation',
  'uselibpqcompat',
  'user',
];

const FORM = 'must be a URL of the form postgres://user:password@host:port/database.';
const UNENCODED =
  'contains a character that must be percent-encoded: in user name and password, write # as %23, / as %2F, ? as %3F and @ as %40.';
const BROKEN_ESCAPE = 'holds a % that does not begin an escape of UTF-8 text: write % itself as %25.';

/**
 * Reads `DATABASE_URL`: a connection URI of PostgreSQL (its documentation, 34.1.1.2), with a host name or with the folder
 * of a Unix socket, as in `postgres://user@/database?host=/run/postgresql`. Messages never
 * contain a part of the URL that may belong to a password.
 *
 * @returns The connection, without the settings that the service controls.
 * @throws {ConfigError} if it is malformed, has a parameter that is not supported, or names a file that cannot be read.
 */
export function readServerUrl(url: string): ClientConfig {
  checkCharacters(url);
  const parameters = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '');
  for (const name of parameters.keys()) {
    // The message omits the name: it may be a part of a password.
    if (!PARAMETERS.includes(name)) {
      throw refused(`has a parameter that is not supported; supported are ${PARAMETERS.join(', ')}.`);
    }
  }
  for (const name of FILES) checkFile(name, parameters.get(name));
  const { host, port, user, password, database, ssl, sslnegotiation, application_name, options } =
    parsed(url);
  checkCertificates(ssl);
  const settings = {
    host,
    port,
    user,
    password,
    database,
    sslnegotiation,
    application_name,
    options,
    ssl: ssl ?? sslSetting(parameters.get('ssl')),
  };
  // Unset values are left to the driver's defaults and to PostgreSQL's variables, such as PGPASSWORD.
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Reads `ssl`: the URL parser drops some of its values. */
function sslSetting(value: string | null): ClientConfig['ssl'] {
  if (value === null) return undefined;
  if (value === 'false') return false;
  if (value === 'no-verify') return { rejectUnauthorized: false };
  throw refused('has a parameter ssl that is none of true, false and no-verify.');
}

/** Rejects URLs that a parser would split at unintended places. */
function checkCharacters(url: string): void {
  const rest = /^postgres(?:ql)?:\/\/[^/?#]*(.*)$/s.exec(url)?.[1];
  if (rest === undefined) throw refused(FORM);
  if (rest.includes('#') || rest.includes('@')) throw refused(UNENCODED);
  try {
    if (decodeURIComponent(url).includes('\0')) throw refused(FORM);
  } catch (error) {
    throw error instanceof ConfigError ? error : refused(BROKEN_ESCAPE);
  }
}

function parsed(url: string): ClientConfig {
  try {
    return parseIntoClientConfig(url.replaceAll(' ', '%20'));
  } catch {
    throw refused(FORM);
  }
}

function checkFile(parameter: string, file: string | null): void {
  try {
    if (file) readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refused(`names ${file} as ${parameter}, which cannot be read (${code}).`);
  }
}

function checkCertificates(ssl: ClientConfig['ssl']): void {
  try {
    if (typeof ssl === 'object') createSecureContext(ssl);
  } catch {
    throw refused(`names a file as ${FILES.join(', ')} that contains no certificate or key in PEM.`);
  }
}

const refused = (problem: string) => new ConfigError('DATABASE_URL', problem);

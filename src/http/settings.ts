import { isIP } from 'node:net';
import { ConfigError } from '../config-error.ts';

/** The elements of a comma-separated list, without empty ones. */
const listed = (text: string): string[] =>
  text
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');

/** Reads `CORS_ORIGINS`. @throws {ConfigError} if an element is not an origin. */
export const corsOrigins = (text: string): string[] => listed(text).map(checkedOrigin);

function checkedOrigin(origin: string): string {
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
    const shown = origin.includes('@') ? 'one with credentials' : JSON.stringify(origin);
    throw new ConfigError(
      'CORS_ORIGINS',
      `must be a list of origins such as https://myapp.com, without path or wildcard, but contains ${shown}.`,
    );
  }
  return origin;
}

/** Names of address ranges: 127.0.0.0/8 and ::1; private addresses (RFC 1918, RFC 4193); link-local addresses. */
const ADDRESS_RANGES = ['loopback', 'uniquelocal', 'linklocal'];

/** Reads `TRUST_PROXY`. @throws {ConfigError} if an element is neither an address nor a range. */
export const trustProxy = (text: string): string[] => listed(text).map(checkedProxy);

function checkedProxy(proxy: string): string {
  const [address = '', prefix, ...rest] = proxy.split('/');
  const bits = { 4: 32, 6: 128 }[isIP(address)] ?? 0;
  const isPrefix = prefix === undefined || (/^[1-9][0-9]{0,2}$/.test(prefix) && Number(prefix) <= bits);
  if (!ADDRESS_RANGES.includes(proxy) && !(bits > 0 && isPrefix && rest.length === 0)) {
    throw new ConfigError(
      'TRUST_PROXY',
      `must be a list of IP addresses, CIDRs such as 10.0.0.0/8, ${ADDRESS_RANGES.join(', ')}, but contains ${JSON.stringify(proxy)}.`,
    );
  }
  return proxy;
}

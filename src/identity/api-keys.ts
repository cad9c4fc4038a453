import { hash, randomInt, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { InvalidCredential, type Principal, principalOf } from './principal.ts';

/** Makes leaked keys recognizable for secret scanners. */
const PREFIX = 'setlist_';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 43 digits have 256 bits, and 6 digits hold a CRC-32. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const FORMAT = new RegExp(`^${PREFIX}[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);

/** A configured key: its name, its scopes and the SHA-256 of its text. */
export interface ApiKey {
  readonly name: string;
  readonly hash: Buffer;
  readonly scopes: readonly string[];
}

/** Whether a credential is an API key, valid or not: tokens do not start like one. */
export const isApiKey = (credential: string): boolean => credential.startsWith(PREFIX);

/** Generates the text of a key: a prefix, a random secret, and a checksum that detects mistyped keys. */
export function generateApiKey(): string {
  const start =
    PREFIX + Array.from({ length: SECRET_LENGTH }, () => BASE62[randomInt(BASE62.length)]).join('');
  return start + checksum(start);
}

/** The SHA-256 of a key. A key has 256 random bits, so it needs no salt and no slow hash. */
export const hashOf = (key: string): Buffer => hash('sha256', key, 'buffer');

/**
 * Verifies an API key. It compares the key with every configured key, so that the duration does not depend on a match.
 *
 * @throws {InvalidCredential} if the key is malformed or not configured.
 */
export function verifyApiKey(credential: string, keys: readonly ApiKey[]): Principal {
  if (!FORMAT.test(credential)) throw new InvalidCredential('malformed key');
  if (checksum(credential.slice(0, -CHECKSUM_LENGTH)) !== credential.slice(-CHECKSUM_LENGTH)) {
    throw new InvalidCredential('wrong checksum of a key');
  }
  const hash = hashOf(credential);
  const [key] = keys.filter((candidate) => timingSafeEqual(candidate.hash, hash));
  if (!key) throw new InvalidCredential('unknown or revoked key');
  return principalOf('key', key.name, key.scopes);
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  while (digits.length < CHECKSUM_LENGTH) {
    digits = (BASE62[rest % BASE62.length] ?? '') + digits;
    rest = Math.floor(rest / BASE62.length);
  }
  return digits;
}

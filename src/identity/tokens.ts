import type { FastifyBaseLogger } from 'fastify';
import { errors, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose';
import { IssuerKeys } from './issuer-keys.ts';
import { InvalidCredential, IssuerUnavailable, type Principal, principalOf } from './principal.ts';
import type { IssuerSettings } from './settings.ts';

/** Checked before any cryptography: base64url without padding and line breaks, and a limit in characters. */
const FORMAT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const MAX_LENGTH = 4096;
/** The types of access tokens (RFC 9068), in lower case, besides none. */
const TYPES = ['jwt', 'at+jwt', 'application/at+jwt'];
/** The times are in seconds. */
const CLOCK_SKEW = 30;
const MAX_LIFETIME = 31 * 86_400;
const MAX_SUBJECT = 255;
/** The principal of a token. */
type Verified = Principal & { readonly expiry: number };

/** The time in milliseconds that a verified token stays in the cache without being used. */
const CACHE_INTERVAL = 30_000;
const CACHE_SIZE = 10_000;

/**
 * Verifies access tokens (RFC 7519, RFC 8725, RFC 9068). Verified tokens are cached, because a signature costs about a
 * hundred microseconds; their expiry is checked each time.
 */
export class TokenVerifier {
  readonly keys: IssuerKeys;
  readonly #settings: IssuerSettings;
  /** Entries move from the older to the newer map when they are used; the older one is dropped at intervals. */
  #newer = new Map<string, Verified>();
  #older = new Map<string, Verified>();
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: IssuerSettings, log: FastifyBaseLogger) {
    this.#settings = settings;
    this.keys = new IssuerKeys(settings, log, () => this.#clear());
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#age(), CACHE_INTERVAL).unref();
    await this.keys.start();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.keys.stop();
  }

  /**
   * Returns the principal of a token that was verified before; undefined for other tokens.
   *
   * @throws {InvalidCredential} if the token has expired since.
   */
  known(token: string): Principal | undefined {
    let verified = this.#newer.get(token);
    if (!verified) {
      verified = this.#older.get(token);
      if (!verified) return undefined;
      this.#remember(token, verified);
    }
    if (verified.expiry <= now()) throw new InvalidCredential('expired token');
    return verified;
  }

  /**
   * Verifies a token.
   *
   * @throws {InvalidCredential} if it is not valid.
   * @throws {IssuerUnavailable} if the keys of the issuer were never loaded.
   */
  async verify(token: string): Promise<Principal> {
    if (
      token.length > MAX_LENGTH ||
      !FORMAT.test(token) ||
      !isCanonical(token.slice(token.lastIndexOf('.') + 1))
    ) {
      throw new InvalidCredential('malformed token');
    }
    const newer = this.#newer;
    const verified = this.#principalOf(await this.#verifySignature(token));
    // Unless the cache has a new map since: the keys may have changed meanwhile.
    if (this.#newer === newer) this.#remember(token, verified);
    return verified;
  }

  async #verifySignature(token: string): Promise<JWTVerifyResult> {
    const { issuer, audience, algorithms } = this.#settings;
    try {
      return await jwtVerify(token, this.keys.find, {
        issuer,
        audience,
        algorithms: [...algorithms],
        requiredClaims: ['exp', 'iat', 'sub'],
        clockTolerance: CLOCK_SKEW,
      });
    } catch (error) {
      if (error instanceof IssuerUnavailable) throw error;
      // The codes of jose are constant texts. Other errors, such as the one for a short RSA key, may quote the token.
      throw new InvalidCredential(error instanceof errors.JOSEError ? error.code : 'unusable key');
    }
  }

  /** The checks that jose does not make. */
  #principalOf({ payload, protectedHeader: { typ } }: JWTVerifyResult): Verified {
    const { sub, exp, iat } = payload;
    const isRefused = (reason: string) => new InvalidCredential(`${reason} of a token`);
    if (!isAccessToken(typ)) throw isRefused('wrong type');
    if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT || !isStorable(sub))
      throw isRefused('wrong subject');
    if (!Number.isSafeInteger(exp) || exp === undefined || exp <= now()) throw isRefused('expiry');
    if (iat === undefined || iat > now() + CLOCK_SKEW) throw isRefused('time of issue in the future');
    if (exp - iat > MAX_LIFETIME) throw isRefused('long lifetime');
    // The token is bound to a key that the client has to prove (RFC 7800), and a bearer proves nothing.
    if ('cnf' in payload) throw isRefused('binding to a key');
    return { ...principalOf('token', sub, scopesOf(payload, this.#settings.scopeClaim)), expiry: exp };
  }

  #remember(token: string, verified: Verified): void {
    if (this.#newer.size >= CACHE_SIZE) this.#age();
    this.#newer.set(token, verified);
  }

  #age(): void {
    this.#older = this.#newer;
    this.#newer = new Map();
  }

  #clear(): void {
    this.#newer = new Map();
    this.#older = new Map();
  }
}

/** Whether a part has no unused bits that are set: otherwise several texts would be the same token. */
const isCanonical = (part: string) => Buffer.from(part, 'base64url').toString('base64url') === part;

const now = () => Math.floor(Date.now() / 1000);

/** Whether `typ` is absent or names an access token: logout tokens and others of the issuer have types of their own. */
const isAccessToken = (typ: unknown) =>
  typ === undefined || (typeof typ === 'string' && TYPES.includes(typ.toLowerCase()));

/** Whether PostgreSQL can store the text unchanged, and a log line can show it. */
const isStorable = (text: string) => text.isWellFormed() && !/\p{Cc}/u.test(text);

/** The scopes of a token: a text with spaces (RFC 9068, 2.2.3), or an array. */
function scopesOf(payload: JWTPayload, claim: string): string[] {
  const value = payload[claim] ?? '';
  if (typeof value === 'string') return value.split(' ').filter((scope) => scope !== '');
  if (Array.isArray(value) && value.every((scope) => typeof scope === 'string')) return value;
  throw new InvalidCredential('scopes of a token that are not texts');
}

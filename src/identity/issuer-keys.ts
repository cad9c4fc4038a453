import type { FastifyBaseLogger } from 'fastify';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { IssuerUnavailable } from './principal.ts';
import { type IssuerSettings, isSecureUrl } from './settings.ts';

/** The maximum size of a response of the issuer in bytes. */
const MAX_SIZE = 64 * 1024;
/** The times are in milliseconds. */
const TIMEOUT = 2_000;
/** The interval of reloads: a key that the issuer has removed is refused after this time. */
const RELOAD_INTERVAL = 600_000;
/** The interval while the keys were never loaded. */
const RETRY_INTERVAL = 5_000;
/** The minimum time between reloads for unknown keys, so that made-up tokens do not cause requests to the issuer. */
const COOLDOWN = 30_000;

/**
 * The signing keys of an issuer. They stay valid while the issuer is unavailable: only a valid, non-empty key set replaces
 * them.
 */
export class IssuerKeys {
  readonly #settings: IssuerSettings;
  readonly #log: FastifyBaseLogger;
  readonly #onChange: () => void;
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  /** The loaded key set as JSON, to detect changes. */
  #text = '';
  #loading: Promise<void> | undefined;
  #lastLoad = Number.NEGATIVE_INFINITY;
  #isFailing = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange Called when the key set differs from the previous one. */
  constructor(settings: IssuerSettings, log: FastifyBaseLogger, onChange: () => void) {
    this.#settings = settings;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Whether a key set was loaded. */
  get isLoaded(): boolean {
    return this.#keys !== undefined;
  }

  /** Loads the keys, and again at intervals. A failure does not prevent startup. */
  async start(): Promise<void> {
    await this.load().catch(() => {});
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /**
   * Finds the key of a token, for jose. An unknown key may be new, so that it loads the keys again, at most once in 30
   * seconds.
   *
   * @throws {IssuerUnavailable} if no key set was loaded yet.
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (!this.#keys) throw new IssuerUnavailable('The keys of the issuer were not loaded yet');
    try {
      return await this.#keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || Date.now() < this.#lastLoad + COOLDOWN) throw error;
      await this.load().catch(() => {});
      return await this.#keys(header, token);
    }
  };

  #schedule(): void {
    const delay = this.isLoaded ? RELOAD_INTERVAL : RETRY_INTERVAL;
    this.#timer = setTimeout(async () => {
      await this.load().catch(() => {});
      if (this.#timer) this.#schedule();
    }, delay).unref();
  }

  /**
   * Loads the keys; concurrent calls share one load. Logs the first of several failures, and the end of them.
   *
   * @throws if they cannot be loaded.
   */
  load(): Promise<void> {
    this.#loading ??= this.#loadOnce()
      .then(
        () => {
          if (this.#isFailing) this.#log.info('The keys of the issuer are available again');
          this.#isFailing = false;
        },
        (err) => {
          if (!this.#isFailing) this.#log.error({ err }, 'The keys of the issuer cannot be loaded');
          this.#isFailing = true;
          throw err;
        },
      )
      .finally(() => {
        this.#loading = undefined;
      });
    return this.#loading;
  }

  async #loadOnce(): Promise<void> {
    this.#lastLoad = Date.now();
    const set = await fetchObject(this.#settings.jwksUrl ?? (await discover(this.#settings.issuer)));
    if (!isKeySet(set)) throw new Error('The key set has no keys');
    const text = JSON.stringify(set);
    if (text === this.#text) return;
    this.#keys = createLocalJWKSet(set);
    this.#text = text;
    this.#onChange();
  }
}

const isKeySet = (set: object): set is JSONWebKeySet =>
  'keys' in set && Array.isArray(set.keys) && set.keys.length > 0;

/**
 * Reads the URL of the key set from the metadata of the issuer: OpenID Connect Discovery 1.0, or RFC 8414.
 *
 * @throws if neither is available, belongs to another issuer, or names an insecure URL.
 */
async function discover(issuer: string): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const metadata = await fetchObject(`${origin}${path}/.well-known/openid-configuration`).catch(() =>
    fetchObject(`${origin}/.well-known/oauth-authorization-server${path}`),
  );
  if (!('issuer' in metadata) || metadata.issuer !== issuer) {
    throw new Error('The metadata belongs to another issuer');
  }
  const url = 'jwks_uri' in metadata ? metadata.jwks_uri : undefined;
  if (typeof url !== 'string' || !isSecureUrl(url)) throw new Error('The metadata has no secure jwks_uri');
  return url;
}

/** Fetches a small JSON object; without redirects, which could lead to any host. */
async function fetchObject(url: string): Promise<object> {
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT),
    headers: { accept: 'application/json, application/jwk-set+json' },
  });
  const text = await readText(response);
  if (response.status !== 200) throw new Error(`${url} responded with ${response.status}`);
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(`${url} is not a JSON object`);
  return value;
}

async function readText({ url, body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_SIZE) throw new Error(`${url} has more than ${MAX_SIZE} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

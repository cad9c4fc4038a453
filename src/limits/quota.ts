import { ConfigError } from '../config-error.ts';

/** A number of requests per period, as in `600/60`. */
export interface Quota {
  readonly limit: number;
  /** In milliseconds. */
  readonly period: number;
  /** The number of requests that a client with an unused quota can send at once. */
  readonly burst: number;
}

/** The state of a client's quota after a request. */
export interface Verdict {
  readonly isAllowed: boolean;
  /** The number of requests that the client can send at once, now. */
  readonly remaining: number;
  /** The time until the quota is unused again, in milliseconds. */
  readonly reset: number;
  /** The time until the next request is allowed, in milliseconds; 0 if it is allowed now. */
  readonly retry: number;
}

/** The time between two requests at the rate of the quota, in milliseconds. */
export const intervalOf = ({ limit, period }: Quota): number => period / limit;

const QUOTA = /^([1-9][0-9]{0,8})\/([1-9][0-9]{0,4})(?:\/([1-9][0-9]{0,8}))?$/;

/**
 * Reads `off`, `LIMIT/SECONDS` or `LIMIT/SECONDS/BURST`; the default burst is the limit.
 *
 * @returns undefined for `off`.
 * @throws {ConfigError} if the text is invalid.
 */
export function readQuota(text: string): Quota | undefined {
  if (text === 'off') return undefined;
  const [, limit, seconds, burst = limit] =
    QUOTA.exec(text)?.map((part?: string) => (part === undefined ? part : Number(part))) ?? [];
  if (!limit || !seconds || !burst || seconds > 86_400) {
    throw new ConfigError(
      'RATE_LIMIT',
      `must be off, or requests/seconds such as 600/60, optionally with /burst, but is ${JSON.stringify(text)}.`,
    );
  }
  return { limit, period: seconds * 1000, burst };
}

/**
 * Checks the URL of a Redis.
 *
 * @returns undefined if it is empty.
 * @throws {ConfigError} if it is not a URL of Redis. The message contains no part of it, which may be a password.
 */
export function readRedisUrl(url: string | undefined): string | undefined {
  if (!url) return undefined;
  if (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)) return url;
  throw new ConfigError('REDIS_URL', 'must be a URL such as redis://localhost:6379, or rediss:// for TLS.');
}

/** More than the error of floating-point times, in milliseconds. */
const PRECISION = 1e-3;

/**
 * The verdict of the generic cell rate algorithm (ITU-T I.371): a quota fills at a steady rate, without windows at whose edges a
 * client could send twice its limit.
 *
 * @param arrival The theoretical arrival time of the next request before this one: the time at which the quota is unused. In
 * milliseconds, as `now`.
 * @param cost The number of requests to count; 0 only looks.
 */
export function decide(
  quota: Quota,
  arrival: number,
  now: number,
  cost = 1,
): { verdict: Verdict; arrival: number } {
  const interval = intervalOf(quota);
  const tolerance = quota.burst * interval + PRECISION;
  const start = Math.max(arrival, now);
  const next = start + cost * interval;
  const isAllowed = start + interval <= now + tolerance;
  const kept = isAllowed ? next : start;
  return {
    arrival: kept,
    verdict: {
      isAllowed,
      remaining: Math.max(0, Math.floor((now + tolerance - kept) / interval)),
      reset: kept - now,
      retry: isAllowed ? 0 : start + interval - now - quota.burst * interval,
    },
  };
}

import { isIPv6 } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { defineError } from '../errors/define-error.ts';
import { LocalLimiter } from './local-limiter.ts';
import type { Quota, Verdict } from './quota.ts';
import { RedisLimiter } from './redis-limiter.ts';

export const RateLimited = defineError('rate_limited', 429, 'Too many requests; try again later');

declare module 'fastify' {
  interface FastifyInstance {
    /** The limits of requests; undefined if there are none. */
    limits: Limits | undefined;
  }
}

/** The settings of the service that concern limits. */
export interface LimitSettings {
  /** Undefined: requests are not limited. */
  readonly quota: Quota | undefined;
  /** The Redis that all instances share; undefined: each instance counts by itself. */
  readonly redisUrl: string | undefined;
}

/** Limits the requests of each caller, and the invalid credentials of each address. */
export class Limits {
  readonly #callers: LocalLimiter | RedisLimiter;
  /** Only local: it protects the processors of this instance. */
  readonly #failures: LocalLimiter;
  readonly #policy: string;
  #refused = 0;

  constructor(quota: Quota, callers: LocalLimiter | RedisLimiter) {
    this.#callers = callers;
    this.#failures = new LocalLimiter(quota);
    this.#policy = `"default";q=${quota.limit};w=${quota.period / 1000}`;
  }

  /** The number of refused requests. */
  get refused(): number {
    return this.#refused;
  }

  /** Whether Redis counts the requests; undefined without Redis. */
  get isRedisAvailable(): boolean | undefined {
    return this.#callers instanceof RedisLimiter ? this.#callers.isAvailable : undefined;
  }

  /**
   * Counts a request of a client.
   *
   * @param client Its principal, or its address.
   * @param done Called with a 429 if the client has used its quota.
   */
  limit(client: string, reply: FastifyReply, done: (error?: Error) => void): void {
    const verdict = this.#callers.count(client);
    if (verdict instanceof Promise) verdict.then((given) => done(this.#apply(given, reply)), done);
    else done(this.#apply(verdict, reply));
  }

  /** The error for an address that has sent too many invalid credentials: none of its credentials is verified. */
  failureLimit(request: FastifyRequest, reply: FastifyReply): Error | undefined {
    const verdict = this.#failures.count(addressOf(request), 0);
    return verdict.isAllowed ? undefined : this.#apply(verdict, reply);
  }

  /** Counts an invalid credential. */
  countFailure(request: FastifyRequest): void {
    this.#failures.count(addressOf(request));
  }

  /** Sets the headers of the quota, and returns the error of a refused request. */
  #apply({ isAllowed, remaining, reset, retry }: Verdict, reply: FastifyReply): Error | undefined {
    reply.header('ratelimit-policy', this.#policy);
    reply.header('ratelimit', `"default";r=${remaining};t=${inSeconds(reset)}`);
    if (isAllowed) return undefined;
    this.#refused++;
    return new RateLimited({ headers: { 'retry-after': String(Math.max(1, inSeconds(retry))) } });
  }
}

/** Rounded up, except for the error of floating-point times. */
const inSeconds = (milliseconds: number) => Math.ceil(Math.round(milliseconds) / 1000);

/** The address of a client. One customer usually has a whole /64 of IPv6 addresses. */
export function addressOf({ ip }: Pick<FastifyRequest, 'ip'>): string {
  if (!ip.includes(':') || !isIPv6(ip)) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = ip.replace(/%.*$/, '').split('::');
  const start = head === '' ? [] : head.split(':');
  const end = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array(8 - start.length - end.length).fill('0');
  return [...start, ...zeros, ...end]
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':');
}

/**
 * Provides the limits, if the settings have a quota, and counts requests for unknown paths and methods by address. The guards of
 * operations count the others.
 */
export const limits = fp<LimitSettings & { connect: boolean }>(
  async (app, { quota, redisUrl, connect }) => {
    const limiter = quota && new Limits(quota, await callersOf(quota));
    app.decorate('limits', limiter);
    if (!limiter) return;
    app.addHook('onRequest', (request, reply, done) => {
      // A browser does not understand an error of a preflight request.
      if (!request.is404 || request.method === 'OPTIONS') done();
      else limiter.limit(addressOf(request), reply, done);
    });

    async function callersOf(quota: Quota): Promise<LocalLimiter | RedisLimiter> {
      const local = new LocalLimiter(quota);
      if (redisUrl === undefined || !connect) return local;
      const redis = new RedisLimiter(redisUrl, local, app.log);
      app.addHook('onClose', async () => redis.stop());
      await redis.start();
      return redis;
    }
  },
  { name: 'limits', dependencies: ['errors'] },
);

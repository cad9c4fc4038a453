import type { FastifyBaseLogger } from 'fastify';
import { Redis } from 'ioredis';
import { Batcher } from '../database/batching/batcher.ts';
import type { LocalLimiter } from './local-limiter.ts';
import { decide, intervalOf, type Verdict } from './quota.ts';

/**
 * Counts the requests of several clients, each like `decide()`, with the clock of Redis: the clocks of instances differ.
 *
 * KEYS: the clients. ARGV: interval and tolerance in microseconds, then the number of requests of each client. Returns for each
 * client the time until its quota is unused before its requests, in microseconds.
 */
const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local waits = {}
for index, key in ipairs(KEYS) do
  local arrival = math.max(tonumber(redis.call('GET', key) or now), now)
  waits[index] = arrival - now
  local left = tonumber(ARGV[index + 2])
  local room = math.floor((now + tolerance - arrival) / interval)
  local counted = math.min(left, room)
  if counted > 0 then
    arrival = arrival + counted * interval
    -- The clock has a precision of a quarter of a microsecond here: a shorter interval vanishes.
    redis.call('SET', key, string.format('%.0f', arrival), 'PX', math.max(math.ceil((arrival - now) / 1000), 1))
  end
end
return waits
`;

/** A Redis client with the script as a command. */
interface ScriptedRedis extends Redis {
  countRequests(numberOfKeys: number, ...keysAndArguments: (string | number)[]): Promise<number[]>;
}

/** In milliseconds: a request is never delayed for longer by Redis. */
const TIMEOUT = 100;
/** While Redis is unavailable, the time until the next request tries it, in milliseconds. */
const RETRY = 1_000;
const MAX_BATCH_SIZE = 50;

/**
 * Counts the requests of each client in Redis, for all instances together. Concurrent requests share one script call. While Redis
 * is unavailable, the local limiter counts instead, with the same quota per instance.
 */
export class RedisLimiter {
  readonly #redis: ScriptedRedis;
  readonly #local: LocalLimiter;
  readonly #log: FastifyBaseLogger;
  readonly #batcher: Batcher<string, Verdict>;
  #retryAt = 0;
  #isAvailable = true;

  /** @param local Counts while Redis is unavailable. */
  constructor(url: string, local: LocalLimiter, log: FastifyBaseLogger) {
    this.#local = local;
    this.#log = log;
    this.#redis = new Redis(url, {
      keyPrefix: 'setlist:requests:',
      lazyConnect: true,
      enableOfflineQueue: false,
      commandTimeout: TIMEOUT,
      connectTimeout: 1_000,
      maxRetriesPerRequest: 0,
      retryStrategy: () => RETRY,
      scripts: { countRequests: { lua: SCRIPT } },
    }) as ScriptedRedis;
    // Each failed command has its own error; without a listener the connection's would be thrown.
    this.#redis.on('error', () => {});
    this.#batcher = new Batcher<string, Verdict>({
      run: (clients) => this.#countAll(clients),
      maxBatchSize: MAX_BATCH_SIZE,
      maxInFlight: 2,
      maxQueued: 10_000,
    });
  }

  /** Whether Redis counts, not the local limiter. */
  get isAvailable(): boolean {
    return this.#isAvailable;
  }

  /** Connects; a failure does not prevent startup. */
  async start(): Promise<void> {
    await this.#redis.connect().catch(() => {});
  }

  stop(): void {
    this.#redis.disconnect();
  }

  /** Counts one request of a client, if its quota allows it. */
  async count(client: string): Promise<Verdict> {
    if (!this.#isAvailable) {
      const now = performance.now();
      if (now < this.#retryAt) return this.#local.count(client);
      // Only this request tries Redis, and waits for it.
      this.#retryAt = now + RETRY;
    }
    try {
      const verdict = await this.#batcher.run(client);
      this.#setAvailable(true);
      return verdict;
    } catch (error) {
      this.#setAvailable(false, error);
      return this.#local.count(client);
    }
  }

  /** Counts one request of each client; a client with several requests occurs several times. */
  async #countAll(clients: readonly string[]): Promise<Verdict[]> {
    const { quota } = this.#local;
    const counts = new Map<string, number>();
    for (const client of clients) counts.set(client, (counts.get(client) ?? 0) + 1);
    const interval = intervalOf(quota) * 1000;
    const waits = await this.#redis.countRequests(
      counts.size,
      ...counts.keys(),
      interval,
      quota.burst * interval,
      ...counts.values(),
    );
    // The script counts the allowed requests; here they are counted again one by one, for the verdict of each.
    const arrivals = new Map([...counts.keys()].map((client, index) => [client, (waits[index] ?? 0) / 1000]));
    return clients.map((client) => {
      const { verdict, arrival } = decide(quota, arrivals.get(client) ?? 0, 0);
      arrivals.set(client, arrival);
      return verdict;
    });
  }

  #setAvailable(isAvailable: boolean, err?: unknown): void {
    if (!isAvailable) this.#retryAt = performance.now() + RETRY;
    if (isAvailable === this.#isAvailable) return;
    this.#isAvailable = isAvailable;
    if (isAvailable) this.#log.info('Redis is available again');
    else this.#log.error({ err }, 'Redis is unavailable: each instance limits requests by itself');
  }
}

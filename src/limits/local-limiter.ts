import { decide, intervalOf, type Quota, type Verdict } from './quota.ts';

/** The maximum number of clients in memory; beyond it, the ones that were counted longest ago have unused quotas again. */
const MAX_CLIENTS = 200_000;

/** Counts the requests of each client in this process. */
export class LocalLimiter {
  readonly quota: Quota;
  /** Clients move from the older to the newer map when they are counted. */
  #newer = new Map<string, number>();
  #older = new Map<string, number>();
  /** After this time, every quota in the older map is unused: the map is dropped. */
  readonly #lifetime: number;
  #agesAt: number;

  constructor(quota: Quota) {
    this.quota = quota;
    this.#lifetime = quota.burst * intervalOf(quota);
    this.#agesAt = performance.now() + this.#lifetime;
  }

  /**
   * Counts requests of a client, if its quota allows one.
   *
   * @param cost The number of requests; 0 only looks.
   */
  count(client: string, cost = 1): Verdict {
    const now = performance.now();
    if (now >= this.#agesAt || this.#newer.size >= MAX_CLIENTS / 2) this.#age(now);
    const known = this.#newer.get(client) ?? this.#older.get(client) ?? now;
    const { verdict, arrival } = decide(this.quota, known, now, cost);
    if (cost > 0) this.#newer.set(client, arrival);
    return verdict;
  }

  #age(now: number): void {
    this.#older = this.#newer;
    this.#newer = new Map();
    this.#agesAt = now + this.#lifetime;
  }
}

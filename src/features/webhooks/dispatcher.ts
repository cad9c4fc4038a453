import type { FastifyBaseLogger } from 'fastify';
import type { Claim, ClaimedDelivery, DeliveryStore } from './delivery-store.ts';
import type { Outcome, Sender } from './sender.ts';

/** All times in milliseconds. */
export interface DispatchTiming {
  /** The time between two looks for deliveries of other instances. */
  poll: number;
  /** The delay after the first failure; it doubles with each one, up to the maximum. */
  retryDelay: number;
  maxRetryDelay: number;
  /** The maximum duration of an attempt. */
  timeout: number;
  /** The time of failures after which a delivery is given up, or, if all deliveries fail, the webhook is disabled. */
  patience: number;
}

/** The maximum number of attempts at a time, and of those to one webhook. */
const MAX_ATTEMPTS = 64;
const MAX_PER_WEBHOOK = 4;
/** The number of failures in a row after which a webhook gets one attempt at a time. */
const FAILURE_THRESHOLD = 5;
/** The time after the timeout of an attempt in which its outcome must be written. */
const LEASE_MARGIN = 5_000;
/** The wait for the commit of new deliveries. */
const COMMIT_DELAY = 20;
/** The maximum wait at a stop. */
const STOP_PATIENCE = 1_500;

const GONE = 410;

/** The attempts to one webhook by this instance. */
interface Receiver {
  running: number;
  failures: number;
}

/**
 * Sends deliveries that are due, on every instance. A delivery is attempted again after a delay that grows; a receiver that fails gets one
 * attempt at a time, and after a success all its deliveries are due.
 */
export class Dispatcher {
  readonly #store: DeliveryStore;
  readonly #sender: Sender;
  readonly #log: FastifyBaseLogger;
  readonly #timing: DispatchTiming;
  readonly #receivers = new Map<number, Receiver>();
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #nextLook = Number.POSITIVE_INFINITY;
  #looking = Promise.resolve();
  #isFailing = false;

  constructor(store: DeliveryStore, sender: Sender, log: FastifyBaseLogger, timing: DispatchTiming) {
    this.#store = store;
    this.#sender = sender;
    this.#log = log;
    this.#timing = timing;
  }

  /** Looks for deliveries, soon. */
  wake(): void {
    this.#lookAfter(COMMIT_DELAY);
  }

  /** Starts no more attempts, and aborts those that run: other instances repeat them. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#looking;
    const timeout = new Promise((resolve) => setTimeout(resolve, STOP_PATIENCE).unref());
    await Promise.race([Promise.all(this.#running), timeout]);
    this.#sender.close();
  }

  #lookAfter(wait: number): void {
    const time = performance.now() + wait;
    if (this.#stopping.signal.aborted || time >= this.#nextLook) return;
    this.#nextLook = time;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#nextLook = Number.POSITIVE_INFINITY;
      this.#looking = this.#looking.then(() => this.#look());
    }, wait).unref();
  }

  async #look(): Promise<void> {
    const max = MAX_ATTEMPTS - this.#running.size;
    try {
      const claims = max > 0 ? await this.#claim(max) : [];
      if (this.#stopping.signal.aborted) await this.#store.release(claims);
      else for (const claim of claims) this.#start(claim);
      this.#isFailing = false;
    } catch (err) {
      if (!this.#isFailing && !this.#stopping.signal.aborted)
        this.#log.warn({ err }, 'Deliveries of webhooks cannot be read');
      this.#isFailing = true;
    }
    this.#lookAfter(this.#timing.poll);
  }

  #claim(max: number): Promise<Claim[]> {
    const exceptions: Record<number, number> = {};
    for (const [id, { running, failures }] of this.#receivers)
      exceptions[id] = Math.max(0, (failures < FAILURE_THRESHOLD ? MAX_PER_WEBHOOK : 1) - running);
    return this.#store.claim({
      max,
      perWebhook: MAX_PER_WEBHOOK,
      exceptions,
      lease: this.#timing.timeout + LEASE_MARGIN,
    });
  }

  #start(claim: Claim): void {
    const receiver = this.#receivers.get(claim.webhookId) ?? { running: 0, failures: 0 };
    this.#receivers.set(claim.webhookId, receiver);
    receiver.running++;
    const done = this.#deliver(claim, receiver)
      // The lease ends, and the delivery is attempted again.
      .catch((err) =>
        this.#log.warn({ err, webhook: claim.webhookId }, 'The outcome of a delivery was not written'),
      )
      .finally(() => {
        this.#running.delete(done);
        receiver.running--;
        if (receiver.running === 0 && receiver.failures === 0) this.#receivers.delete(claim.webhookId);
        this.#lookAfter(0);
      });
    this.#running.add(done);
  }

  async #deliver(claim: Claim, receiver: Receiver): Promise<void> {
    if (!hasDelivery(claim)) {
      await this.#store.end(claim);
      return;
    }
    const { url, body, event: id, secrets } = claim;
    const at = new Date().toISOString();
    const outcome = await this.#sender.send({ url, body, id, secrets }, this.#stopping.signal);
    if (outcome.error !== null && this.#stopping.signal.aborted) {
      await this.#store.release([claim]);
      return;
    }
    const { status, error, durationMs } = outcome;
    const attempt = { at, status, durationMs, error };
    if (error === null) {
      receiver.failures = 0;
      const hasRecovered = await this.#store.complete(claim, attempt, 'delivered');
      if (hasRecovered) await this.#store.postpone(claim.webhookId, 0);
      return;
    }
    receiver.failures++;
    const { webhookId } = claim;
    const patience = this.#timing.patience / 1_000;
    if (status === GONE || (claim.webhookFailingFor ?? 0) >= patience) {
      const reason = status === GONE ? 'gone' : 'failing';
      this.#log.warn({ webhook: webhookId, reason }, 'A webhook was disabled');
      receiver.failures = 0;
      await this.#store.disable(claim, attempt, reason);
    } else if ((claim.failingFor ?? 0) >= patience) {
      this.#log.warn({ webhook: webhookId, event: id }, 'A delivery was given up');
      await this.#store.complete(claim, attempt, 'failed');
    } else {
      await this.#retry(claim, outcome, receiver, attempt);
    }
  }

  async #retry(
    claim: ClaimedDelivery,
    { retryAfter }: Outcome,
    { failures }: Receiver,
    attempt: Parameters<DeliveryStore['retry']>[1],
  ): Promise<void> {
    const delay = Math.max(retryAfter, this.#delayAfter(claim.failures));
    await this.#store.retry(claim, attempt, delay);
    if (retryAfter > 0 || failures >= FAILURE_THRESHOLD) await this.#store.postpone(claim.webhookId, delay);
    this.#lookAfter(delay);
  }

  /** The delay after this many failures before: between half and all of it at random, so that attempts do not come at once. */
  #delayAfter(failures: number): number {
    const { retryDelay, maxRetryDelay } = this.#timing;
    const delay = Math.min(retryDelay * 2 ** Math.min(failures, 30), maxRetryDelay);
    return Math.round(delay * (0.5 + Math.random() / 2));
  }
}

const hasDelivery = (claim: Claim): claim is ClaimedDelivery => claim.position !== null;

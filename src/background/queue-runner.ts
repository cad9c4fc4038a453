import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { JobStore, LeasedJob } from './job-store.ts';
import type { Schedule } from './schedule.ts';

/** A run of a job. */
export interface Job<Data extends object> {
  readonly id: string;
  readonly data: Data;
  /** The number of earlier runs. */
  readonly retryCount: number;
  /** Aborted when the run takes too long, when the service stops, and when another process may run the job. */
  readonly signal: AbortSignal;
}

/** A queue whose jobs this process runs. */
export interface RunnableQueue {
  readonly name: string;
  /** The maximum number of jobs that this process runs at a time. */
  readonly concurrency: number;
  /** The maximum duration of a run, in seconds. */
  readonly expireSeconds: number;
  readonly schedule: Schedule | undefined;
  handle(job: Job<object>): Promise<unknown>;
}

export interface RunnerTiming {
  /** The time between two looks for jobs of other processes, in milliseconds. */
  poll: number;
  /** The lease of a job, in milliseconds. */
  lease: number;
  /** The time between two removals of old jobs, in milliseconds. */
  maintenance: number;
  /** The maximum wait for jobs at a stop, in milliseconds. */
  stopPatience: number;
}

/** The delay before the outcome of a job is written again, in milliseconds. */
const RETRY_DELAY = 1_000;

/** The reason of an abort at a stop: the job is returned to its queue. */
class Stopping extends Error {
  override readonly name = 'Stopping';
  override readonly message = 'The service stops';
}

/** The reason of an abort when another process may run the job. */
class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  override readonly message = 'The lease of the job has ended';
}

/** Runs the jobs of all queues in this process. */
export class QueueRunner {
  readonly #store: JobStore;
  readonly #log: FastifyBaseLogger;
  readonly #queues: ReadonlyMap<string, RunnableQueue>;
  readonly #timing: RunnerTiming;
  readonly #running = new Map<LeasedJob, AbortController>();
  readonly #outcomes = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isWoken = false;
  #isFailing = false;
  #isStopped = false;
  #heartbeat: NodeJS.Timeout | undefined;
  #nextMaintenance = 0;
  #nextExpiry = 0;

  constructor(
    store: JobStore,
    log: FastifyBaseLogger,
    queues: ReadonlyMap<string, RunnableQueue>,
    timing: RunnerTiming,
  ) {
    this.#store = store;
    this.#log = log;
    this.#queues = queues;
    this.#timing = timing;
  }

  start(): void {
    const { lease, maintenance } = this.#timing;
    this.#nextExpiry = performance.now() + lease * Math.random();
    this.#nextMaintenance = performance.now() + maintenance * Math.random();
    this.#heartbeat = setInterval(() => void this.#beat(), lease / 3).unref();
    this.wake();
  }

  /** Looks for jobs now. */
  wake(): void {
    this.#isWoken = true;
    if (!this.#looking) this.#lookAfter(0);
  }

  /** Takes no more jobs, and aborts those that run. */
  interrupt(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const controller of this.#running.values()) controller.abort(new Stopping());
  }

  /** Waits for the outcomes of running jobs, for a limited time: others run again when their lease ends. */
  async stop(): Promise<void> {
    this.interrupt();
    await this.#looking;
    this.interrupt();
    const patience = new AbortController();
    const timeout = delay(this.#timing.stopPatience, undefined, { signal: patience.signal }).catch(() => {});
    await Promise.race([Promise.all(this.#outcomes), timeout]);
    patience.abort();
    clearInterval(this.#heartbeat);
    for (const { queue, id } of this.#running.keys())
      this.#log.warn({ queue, job: id }, 'A job did not stop: it runs again when its lease ends');
  }

  #lookAfter(wait: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, wait).unref();
  }

  async #look(): Promise<void> {
    this.#isWoken = false;
    let wait = this.#timing.poll;
    try {
      await this.#maintain();
      wait = Math.min(wait, await this.#sendScheduled(), await this.#takeAll());
      this.#isFailing = false;
    } catch (err) {
      if (!this.#isFailing && !this.#isStopped) this.#log.warn({ err }, 'Jobs cannot be read');
      this.#isFailing = true;
    }
    this.#looking = undefined;
    this.#lookAfter(this.#isWoken ? 0 : wait);
  }

  async #maintain(): Promise<void> {
    const now = performance.now();
    if (now < this.#nextExpiry) return;
    const isLarge = now >= this.#nextMaintenance;
    // A database in memory is empty after a restart.
    await this.#store.createQueues();
    await (isLarge ? this.#store.maintain() : this.#store.expire());
    this.#nextExpiry = now + this.#timing.lease;
    if (isLarge) this.#nextMaintenance = now + this.#timing.maintenance;
  }

  /** Adds the jobs whose time has come, each once among all processes, and returns the time until the next one, in milliseconds. */
  async #sendScheduled(): Promise<number> {
    let wait = Number.POSITIVE_INFINITY;
    for (const { name, schedule } of this.#queues.values()) {
      if (!schedule) continue;
      const id = schedule.dueId();
      if (id !== undefined) await this.#store.add(name, {}, { id, singletonKey: id });
      wait = Math.min(wait, schedule.advance());
    }
    return wait;
  }

  /** Starts jobs that can run, and returns the time until the next one can, in milliseconds. */
  async #takeAll(): Promise<number> {
    const free = [...this.#queues.values()]
      .map((queue) => ({ queue, count: queue.concurrency - this.#countRunning(queue.name) }))
      .filter(({ count }) => count > 0);
    const waits = await this.#store.waits(free.map(({ queue }) => queue.name));
    let next = Number.POSITIVE_INFINITY;
    for (const { queue, count } of free) {
      const wait = waits.get(queue.name);
      if (wait === undefined) continue;
      if (wait > 0) next = Math.min(next, wait);
      else if (!this.#isStopped)
        for (const job of await this.#store.take(queue.name, count)) this.#start(queue, job);
    }
    return next;
  }

  #countRunning(name: string): number {
    return [...this.#running.keys()].filter(({ queue }) => queue === name).length;
  }

  #start(queue: RunnableQueue, job: LeasedJob): void {
    const controller = new AbortController();
    this.#running.set(job, controller);
    if (this.#isStopped) controller.abort(new Stopping());
    const outcome = this.#run(queue, job, controller).finally(() => {
      this.#running.delete(job);
      this.#outcomes.delete(outcome);
      this.wake();
    });
    this.#outcomes.add(outcome);
  }

  async #run(queue: RunnableQueue, job: LeasedJob, controller: AbortController): Promise<void> {
    const { signal } = controller;
    const { id, data, retryCount } = job;
    const log = this.#log.child({ queue: queue.name, job: id });
    const seconds = queue.expireSeconds;
    const expiry = setTimeout(
      () => controller.abort(new Error(`The job took longer than ${seconds} seconds`)),
      seconds * 1_000,
    ).unref();
    try {
      signal.throwIfAborted();
      await untilAborted(queue.handle({ id, data, retryCount, signal }), signal);
      await this.#settle(log, () => this.#store.complete(job));
    } catch (err) {
      if (signal.reason instanceof Stopping) {
        await this.#settle(log, () => this.#store.release(job));
        return;
      }
      if (err instanceof LeaseLost) {
        log.warn({ err }, 'A job was aborted');
        return;
      }
      if (job.isLastRun)
        log.error({ err, retryCount }, 'A job failed for good: it is in the queue of dead jobs');
      else log.warn({ err, retryCount }, 'A job failed, and runs again');
      await this.#settle(log, () => this.#store.fail(job, err));
    } finally {
      clearTimeout(expiry);
    }
  }

  /** Writes the outcome of a job; while the database is not available, again and again, until the lease has ended. */
  async #settle(log: FastifyBaseLogger, write: () => Promise<void>): Promise<void> {
    const deadline = performance.now() + this.#timing.lease;
    let failure: unknown;
    do {
      try {
        await write();
        return;
      } catch (error) {
        failure = error;
      }
      await delay(RETRY_DELAY, undefined, { ref: false });
    } while (performance.now() < deadline);
    log.error({ err: failure }, 'The outcome of a job was not written: it runs again');
  }

  /** Extends the leases of running jobs, and aborts the jobs that have lost theirs. */
  async #beat(): Promise<void> {
    const jobs = [...this.#running];
    if (jobs.length === 0) return;
    try {
      const extended = await this.#store.extend(jobs.map(([job]) => job));
      for (const [job, controller] of jobs) if (!extended.has(job.id)) controller.abort(new LeaseLost());
    } catch (err) {
      this.#log.warn({ err }, 'The leases of jobs were not extended');
    }
  }
}

/** The outcome of a run, or the reason why it was aborted; a run that is aborted by a stop may still complete. */
function untilAborted(run: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    run.then(resolve, reject);
    signal.addEventListener('abort', () => {
      if (!(signal.reason instanceof Stopping)) reject(signal.reason);
    });
  });
}

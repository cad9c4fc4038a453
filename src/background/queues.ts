import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Queryable } from '../database/pooled-database.ts';
import { JobStore } from './job-store.ts';
import { type Job, QueueRunner, type RunnableQueue, type RunnerTiming } from './queue-runner.ts';
import { Schedule } from './schedule.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Declares a queue of jobs, which are run at least once, on one of the instances; see docs/background-work.md.
     *
     * @param name Lower-case letters, digits and hyphens: it identifies the queue in the database.
     * @param handle Runs a job. If it throws, the job runs again later. A scheduled job has no data.
     * @throws {TypeError} if there is a queue with this name.
     */
    defineQueue<Data extends object>(
      name: string,
      options: QueueOptions,
      handle: (job: Job<Data>) => Promise<unknown>,
    ): Queue<Data>;
  }
}

export interface QueueOptions {
  /** The number of further runs after a failure; then the job is moved to the queue `<name>_dead`. */
  retries: number;
  /** The delay before the first of them; it doubles each time, with a random part. */
  retryDelaySeconds: number;
  /** The maximum number of jobs that one instance runs at a time; 1 by default. */
  concurrency?: number;
  /** The maximum duration of a run: then it is aborted, and counts as a failure. */
  expireSeconds: number;
  /** Adds a job at these times in UTC: cron with five fields. */
  schedule?: string;
}

export interface SendOptions {
  /** A client with an open transaction: the job is added if it is committed. */
  on?: Queryable;
  /** The job does not run before. */
  startAfter?: Date;
  /** A job is not added while another one with the same key waits for its first run. */
  singletonKey?: string;
}

export interface Queue<Data extends object> {
  /**
   * Adds a job.
   *
   * @param data Becomes JSON.
   * @returns Its id; undefined if another one with the same key waits.
   * @throws {DatabaseUnavailable} if the database is not available.
   * @throws {Error} before the service is ready.
   */
  send(data: Data, options?: SendOptions): Promise<string | undefined>;
}

export interface QueuesOptions {
  /** Whether there is a server, which other instances may use as well. */
  hasServer: boolean;
  connect: boolean;
  /** For tests. */
  timing?: Partial<RunnerTiming>;
}

/** In milliseconds. Only this process uses the embedded database. */
const POLL = { server: 1_000, embedded: 5_000 };
const LEASE = 30_000;
const MAINTENANCE = 600_000;
const STOP_PATIENCE = 1_500;

/** Provides `app.defineQueue()`. */
export const queues = fp<QueuesOptions>(
  async (app, { hasServer, connect, timing }) => {
    const defined = new Map<string, RunnableQueue>();
    const runnerTiming = {
      poll: hasServer ? POLL.server : POLL.embedded,
      lease: LEASE,
      maintenance: MAINTENANCE,
      stopPatience: STOP_PATIENCE,
      ...timing,
    };
    const store = new JobStore(app.database, app.pg.pool, Math.ceil(runnerTiming.lease / 1_000));
    const runner = new QueueRunner(store, app.log, defined, runnerTiming);

    app.decorate('defineQueue', function defineQueue<
      Data extends object,
    >(this: FastifyInstance, name: string, options: QueueOptions, handle: (job: Job<Data>) => Promise<unknown>): Queue<Data> {
      if (defined.has(name)) throw new TypeError(`There are two queues with the name ${name}`);
      const { retries, retryDelaySeconds, concurrency = 1, expireSeconds, schedule } = options;
      store.define({ name, retries, retryDelaySeconds });
      defined.set(name, {
        name,
        concurrency,
        expireSeconds,
        schedule: schedule === undefined ? undefined : new Schedule(name, schedule),
        // Only `send` adds jobs to the queue.
        handle: (job) => handle(job as Job<Data>),
      });
      return {
        send: async (data, { on, startAfter, singletonKey } = {}) => {
          const job = { on, startAfter, singletonKey: singletonKey ?? randomUUID() };
          const id = await store.add(name, data, job);
          if (id === undefined && singletonKey === undefined)
            throw new Error(`The queue ${name} does not exist yet`);
          runner.wake();
          return id;
        },
      };
    });
    if (!connect) return;

    app.addHook('onReady', async () => {
      await store.createQueues();
      runner.start();
    });
    app.addHook('preClose', async () => runner.interrupt());
    app.addHook('onClose', () => runner.stop());
  },
  { name: 'queues', dependencies: ['database'] },
);

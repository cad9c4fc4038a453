import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';
import type { Job } from '../../src/background/queue-runner.ts';
import type { Queue, QueueOptions } from '../../src/background/queues.ts';
import { startService } from '../support/service.ts';
import { QUEUE_TIMING, settings } from './queue-settings.ts';

/** The data of a job of the queue under test. */
export interface Data {
  n: number;
}

export type Handler = (job: Job<Data>) => Promise<unknown>;

/** Starts a service with the queue `numbers`. */
export async function startQueue(
  t: Test,
  handle: Handler,
  {
    environment = {},
    timing = {},
    ...options
  }: Partial<QueueOptions> & { environment?: Record<string, string>; timing?: object } = {},
) {
  const queues: Queue<Data>[] = [];
  const service = await startService(t, environment, {
    queueTiming: { ...QUEUE_TIMING, ...timing },
    features: [
      async (app: FastifyInstance) => {
        queues.push(app.defineQueue<Data>('numbers', { ...settings, ...options }, handle));
      },
    ],
  });
  const [queue] = queues;
  if (!queue) throw new Error('There is no queue');
  return { ...service, queue };
}

/** The states of all jobs of a queue. */
export async function statesOf(app: FastifyInstance, queue = 'numbers'): Promise<string[]> {
  const text = 'SELECT state FROM pgboss.job WHERE name = $1 ORDER BY created_on';
  return (await app.pg.query(text, [queue])).rows.map(({ state }) => state);
}

/** Records the number of each job. */
export const numbered =
  (seen: number[]): Handler =>
  async ({ data }) =>
    seen.push(data.n);

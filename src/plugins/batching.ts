import fp from 'fastify-plugin';
import { Batching } from '../database/batching.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Lets repositories run statements for requests that arrive together. */
    batching: Batching;
  }
}

/**
 * Batches statements on the pool; a stop waits until all that were accepted have their results, and logs how they
 * travelled.
 */
export const batching = fp<{ enabled: boolean }>(
  async (app, { enabled }) => {
    app.decorate('batching', new Batching({ enabled, connections: app.pg.pool.options.max ?? 1 }));
    app.addHook('onClose', async () => {
      await app.batching.drain();
      if (enabled) app.log.info({ batches: app.batching.counts() }, 'Batches');
    });
  },
  { name: 'batching', dependencies: ['database'] },
);

import fp from 'fastify-plugin';
import { Batching } from './batching.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Coalesces concurrent statements of the repositories. */
    batching: Batching;
    /** How long a request waits for the database, in milliseconds. */
    requestDeadline: number;
  }
}

export interface BatchingPluginOptions {
  enabled: boolean;
  requestDeadline: number;
}

/**
 * Batches statements on the pools; a stop waits until every accepted statement has its result, and logs the counts
 * of the batches.
 */
export const batching = fp<BatchingPluginOptions>(
  async (app, { enabled, requestDeadline }) => {
    app.decorate('requestDeadline', requestDeadline);
    app.decorate(
      'batching',
      new Batching({
        enabled,
        connections: app.database.connections,
        listConnections: app.listDatabase.connections,
      }),
    );
    app.addHook('onClose', async () => {
      await app.batching.drain();
      if (enabled) app.log.info({ batches: app.batching.counts() }, 'Batches');
    });
  },
  { name: 'batching', dependencies: ['database'] },
);

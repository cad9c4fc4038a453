import fp from 'fastify-plugin';
import type { Queue } from '../background/queues.ts';
import { Unavailable } from '../http/errors.ts';
import { ImportJobs } from './import-jobs.ts';
import type { ImportTarget } from './importer.ts';
import { runStoredImport, type StoredImport } from './stored-imports.ts';
import { Uploads } from './uploads.ts';

declare module 'fastify' {
  interface FastifyInstance {
    transfers: Transfers;
  }
}

/** The settings of the service that concern exports and imports. */
export interface TransferSettings {
  /** The maximum size of the body of an import, in bytes. */
  readonly importLimit: number;
  /** The number of imports at a time. */
  readonly importsMax: number;
  /** The number of exports at a time. */
  readonly exportsMax: number;
}

/** The attempts of an import after its response: an attempt continues after the lines that an earlier one has processed. */
const ATTEMPTS = { retries: 6, retryDelaySeconds: 5, expireSeconds: 6 * 3_600 };

/** A number of things that may happen at a time. */
export class Slots {
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Takes a slot.
   *
   * @returns A function that gives it back; further calls have no effect.
   * @throws {ServiceError} 503 if none is free.
   */
  take(): () => void {
    if (this.#free === 0) throw new Unavailable();
    this.#free--;
    let isTaken = true;
    return () => {
      if (isTaken) this.#free++;
      isTaken = false;
    };
  }
}

/** What the exports and imports of all resources share. */
export interface Transfers {
  readonly jobs: ImportJobs;
  readonly uploads: Uploads;
  readonly importLimit: number;
  readonly imports: Slots;
  readonly exports: Slots;
  /** The resources that can be imported, by their names. */
  readonly targets: Map<string, ImportTarget>;
  /** The number of rows of a transaction: few on the embedded PostgreSQL, whose only connection other requests wait for. */
  readonly batchSize: number;
  /** Runs imports after their responses. */
  readonly queue: Queue<StoredImport>;
}

/** Provides what exports and imports share. */
export const transfers = fp<{ settings: TransferSettings; isEmbedded: boolean }>(
  async (app, { settings, isEmbedded }) => {
    const jobs = new ImportJobs(app.database, app.pg.pool, app.numberChanges);
    const uploads = new Uploads(app.database);
    const targets = new Map<string, ImportTarget>();
    const queue = app.defineQueue<StoredImport>(
      'imports',
      { ...ATTEMPTS, concurrency: settings.importsMax },
      ({ data, retryCount, signal }) => {
        const isLast = retryCount === ATTEMPTS.retries;
        return runStoredImport({ jobs, uploads, targets, log: app.log }, data, { isLast, signal });
      },
    );
    app.decorate('transfers', {
      jobs,
      uploads,
      importLimit: settings.importLimit,
      imports: new Slots(settings.importsMax),
      exports: new Slots(settings.exportsMax),
      targets,
      batchSize: isEmbedded ? 200 : 3_000,
      queue,
    });
  },
  { name: 'transfers', dependencies: ['database', 'queues', 'events'] },
);

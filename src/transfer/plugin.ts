import fp from 'fastify-plugin';
import type { Queryable } from '../database/pooled-database.ts';
import { Unavailable } from '../http/errors.ts';
import type { ImportTarget } from './importer.ts';
import { JobStore } from './job-store.ts';
import type { StoredImport } from './stored-imports.ts';

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
  readonly jobs: JobStore;
  readonly importLimit: number;
  readonly imports: Slots;
  readonly exports: Slots;
  /** The resources that can be imported, by their names. */
  readonly targets: Map<string, ImportTarget>;
  /** The number of rows of a transaction: few on the embedded PostgreSQL, whose only connection other requests wait for. */
  readonly batchSize: number;
  /** Runs imports after their responses. */
  readonly queue: { send(data: StoredImport, options: { on: Queryable }): Promise<unknown> };
}

/** Provides what exports and imports share. */
export const transfers = fp<{ settings: TransferSettings; isEmbedded: boolean }>(
  async (app, { settings, isEmbedded }) => {
    app.decorate('transfers', {
      jobs: new JobStore(app.database, app.pg.pool),
      importLimit: settings.importLimit,
      imports: new Slots(settings.importsMax),
      exports: new Slots(settings.exportsMax),
      targets: new Map(),
      batchSize: isEmbedded ? 200 : 1_000,
      queue: { send: async () => undefined },
    });
  },
  { name: 'transfers', dependencies: ['database'] },
);

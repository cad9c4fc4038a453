import fp from 'fastify-plugin';

/** The maximum number of rows of one statement: a long one would hold up writes on the embedded database. */
export const MAX_ROWS = 1_000;

const SCHEDULED = { retries: 0, retryDelaySeconds: 60, expireSeconds: 3_600, schedule: '*/10 * * * *' };

/** Rows that are removed when they are old. */
export interface Retention {
  table: string;
  /** The column with the time of a row. */
  time: string;
  /** A column with an index, in whose order rows are read; by default the one with the time. */
  order?: string;
  /** The age in hours. */
  hours: number;
  /** A further condition in SQL. */
  where?: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Removes old rows of all tables, and returns their number. */
    removeOldRows(): Promise<number>;
  }
}

/** Removes old rows every ten minutes, on one of the instances. */
export const retention = fp<{ rows: readonly Retention[] }>(
  async (app, { rows }) => {
    const removeFrom = async ({
      table,
      time,
      order = time,
      hours,
      where = 'true',
    }: Retention): Promise<number> => {
      const text = `
        DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${table} WHERE ${time} < now() - $1 * interval '1 hour' AND ${where}
          ORDER BY ${order} LIMIT ${MAX_ROWS} FOR UPDATE SKIP LOCKED
        ))`;
      const { rowCount } = await app.pg.query(text, [hours]);
      return rowCount ?? 0;
    };
    app.decorate('removeOldRows', async () => {
      let removed = 0;
      for (const old of rows) {
        let count: number;
        do {
          count = await removeFrom(old);
          removed += count;
        } while (count === MAX_ROWS);
      }
      return removed;
    });
    app.defineQueue('retention', SCHEDULED, app.removeOldRows);
  },
  { name: 'retention', dependencies: ['database', 'queues'] },
);

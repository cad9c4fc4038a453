import fp from 'fastify-plugin';

/** The number of keys of one statement: a long one would hold up writes on the embedded database. */
const MAX_KEYS = 1_000;

const PURGE = `
  DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency_keys WHERE created_at < now() - $1 * interval '1 hour'
    ORDER BY created_at LIMIT ${MAX_KEYS} FOR UPDATE SKIP LOCKED
  ))`;

declare module 'fastify' {
  interface FastifyInstance {
    /** Removes idempotency keys that are older than `IDEMPOTENCY_HOURS`, and returns their number. */
    purgeIdempotencyKeys(): Promise<number>;
  }
}

/**
 * Removes old idempotency keys at intervals.
 *
 * @param interval In milliseconds; each instance adds up to as much at random, so that not all remove keys at the same time.
 */
export const idempotencyPurge = fp<{ hours: number; connect: boolean; interval?: number }>(
  async (app, { hours, connect, interval = 300_000 }) => {
    app.decorate('purgeIdempotencyKeys', async () => {
      let removed = 0;
      for (;;) {
        const { rowCount } = await app.pg.query(PURGE, [hours]);
        removed += rowCount ?? 0;
        if ((rowCount ?? 0) < MAX_KEYS) return removed;
      }
    });
    if (!connect) return;
    let timer: NodeJS.Timeout | undefined;
    const schedule = () => {
      timer = setTimeout(
        async () => {
          // The database may be unavailable: the next run removes the keys.
          await app
            .purgeIdempotencyKeys()
            .catch((err) => app.log.warn({ err }, 'Old idempotency keys were not removed'));
          if (timer) schedule();
        },
        interval * (1 + Math.random()),
      ).unref();
    };
    schedule();
    app.addHook('preClose', async () => {
      clearTimeout(timer);
      timer = undefined;
    });
  },
  { name: 'idempotency-purge', dependencies: ['database'] },
);

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { callerOf } from '../../database/batching/plugin.ts';
import { PROBE_TIMEOUT } from '../../database/plugin.ts';
import type { Queryable } from '../../database/pooled-database.ts';
import { Unavailable } from '../../http/errors.ts';
import { databaseNotReady, getHealth, getReadiness, issuerNotReady, notReadyDetail } from './contract.ts';

/** Liveness and readiness probes. */
export const serviceRoutes: FastifyPluginAsyncTypebox<{ database: Queryable }> = async (
  app,
  { database },
) => {
  const probe = app.batching.dedupe(
    'ready',
    () => database.query({ text: 'SELECT 1' }),
    () => 'probes',
  );
  app.get('/health', { schema: getHealth }, async () => ({ status: 'ok' as const }));

  app.get('/ready', { schema: getReadiness }, async (request) => {
    if (app.lifecycle.isStopping)
      throw new Unavailable({ details: [notReadyDetail('service', 'The service is stopping')] });
    try {
      await probe(undefined, callerOf(request, PROBE_TIMEOUT));
    } catch (cause) {
      throw new Unavailable({ cause, details: [databaseNotReady] });
    }
    if (app.issuer?.isLoaded === false) throw new Unavailable({ details: [issuerNotReady] });
    const issuer = app.issuer && { issuer: 'ok' as const };
    return { status: 'ready' as const, checks: { database: 'ok' as const, ...issuer } };
  });
};

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PROBE_TIMEOUT } from '../../database/plugin.ts';
import type { Queryable } from '../../database/queryable.ts';
import { ServiceError } from '../../errors/service-error.ts';
import { callerOf } from '../../http/caller.ts';
import { getHealth, getReadiness } from './contract.ts';

/** Liveness and readiness, for whoever runs the service. */
export const serviceRoutes: FastifyPluginAsyncTypebox<{ database: Queryable }> = async (
  app,
  { database },
) => {
  const probe = app.batching.sameOnce(
    'ready',
    () => database.query({ text: 'SELECT 1' }),
    () => 'probes',
  );
  app.get('/health', { schema: getHealth }, async () => ({ status: 'ok' as const }));

  app.get('/ready', { schema: getReadiness }, async (request) => {
    if (app.lifecycle.isStopping) throw notReady('service', 'The service is stopping');
    try {
      await probe(undefined, callerOf(request, PROBE_TIMEOUT));
    } catch (cause) {
      throw notReady('database', 'The database does not answer', cause);
    }
    return { status: 'ready' as const, checks: { database: 'ok' as const } };
  });
};

function notReady(part: string, msg: string, cause?: unknown): ServiceError {
  return new ServiceError('unavailable', { cause, details: [{ type: 'not_ready', loc: [part], msg }] });
}

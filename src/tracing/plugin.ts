import type { SpanContext } from '@opentelemetry/api';
import fp from 'fastify-plugin';
import type { Tracing } from './tracing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The span of the request; undefined if it is not traced. */
    trace: SpanContext | undefined;
  }
}

export interface TracingOptions {
  /** Undefined: there are no traces. */
  tracing: Tracing | undefined;
}

/** Lets requests have traces. */
export const tracing = fp<TracingOptions>(
  async (app, { tracing }) => {
    app.decorateRequest('trace', undefined);
    if (!tracing) return;
    tracing.logTo(app.log);
    app.addHook('onClose', () => tracing.close());
  },
  { name: 'tracing' },
);

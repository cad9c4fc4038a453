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

/** Traces requests; the lines of their logs have a `trace_id`. */
export const tracing = fp<TracingOptions>(
  async (app, { tracing }) => {
    app.decorateRequest('trace', undefined);
    if (!tracing) return;
    tracing.logTo(app.log);
    app.addHook('onRequest', (request, _reply, done) => {
      const context = tracing.start(request);
      if (context) {
        request.trace = context;
        // A child of the request's logger would make that one a prototype, and slow down the loggers of all requests.
        request.log = app.log.child({ reqId: request.id, trace_id: context.traceId });
      }
      done();
    });
    app.addHook('onClose', () => tracing.close());
  },
  { name: 'tracing' },
);

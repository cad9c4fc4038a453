import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import type { BatchTracer } from '../database/batching/batcher-options.ts';
import type { RequestObserver } from '../logging/request-log.ts';
import type { TracingSettings } from './settings.ts';

/** The maximum duration of an export, in milliseconds: shorter than the time that a stop has. */
const EXPORT_TIMEOUT = 2_000;
/** Version 00 of W3C Trace Context, or a newer one with further fields. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/**
 * Traces requests and the batches of their statements. Whether a request is traced is decided first: one that is not costs
 * a comparison.
 */
export class Tracing implements RequestObserver, BatchTracer {
  readonly #settings: TracingSettings;
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;
  readonly #exporter: ReportingExporter;
  readonly #spans = new WeakMap<FastifyRequest, Span>();

  constructor(settings: TracingSettings, version: string) {
    this.#settings = settings;
    this.#exporter = new ReportingExporter(
      new OTLPTraceExporter({ url: `${settings.endpoint}/v1/traces`, timeoutMillis: EXPORT_TIMEOUT }),
    );
    this.#provider = new BasicTracerProvider({
      // Only spans of requests that are traced begin.
      sampler: new AlwaysOnSampler(),
      resource: resourceFromAttributes({ 'service.name': settings.serviceName, 'service.version': version }),
      spanProcessors: [new BatchSpanProcessor(this.#exporter, { exportTimeoutMillis: EXPORT_TIMEOUT })],
    });
    this.#tracer = this.#provider.getTracer('setlist', version);
  }

  /** Logs when exports begin to fail, and when they succeed again. */
  logTo(log: FastifyBaseLogger): void {
    this.#exporter.log = log;
  }

  /** Begins the span of a request if it is traced. The lines of its log have a `trace_id`. */
  started(request: FastifyRequest): void {
    const { traceparent } = request.headers;
    const parent = traceparent === undefined ? undefined : parentOf(traceparent);
    const { followsClient, ratio } = this.#settings;
    const isTraced = parent && followsClient ? isSampled(parent) : Math.random() < ratio;
    if (isTraced) this.#begin(request, parent);
  }

  #begin(request: FastifyRequest, parent: SpanContext | undefined): void {
    const { method, routeOptions, originalUrl } = request;
    const route = routeOptions.url;
    const [path = ''] = originalUrl.split('?', 1);
    const span = this.#tracer.startSpan(
      route === undefined ? method : `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': method,
          'url.path': path,
          'url.scheme': request.protocol,
          ...(route !== undefined && { 'http.route': route }),
          'setlist.request_id': request.id,
        },
      },
      parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
    );
    this.#spans.set(request, span);
    request.trace = span.spanContext();
    // A child of the request's logger would make that one a prototype, and slow down the loggers of all requests.
    request.log = request.server.log.child({ reqId: request.id, trace_id: request.trace.traceId });
  }

  completed(request: FastifyRequest, _reply: FastifyReply, status: number): void {
    if (request.trace) this.#end(request, status);
  }

  #end(request: FastifyRequest, status: number): void {
    const span = this.#spans.get(request);
    span?.setAttribute('http.response.status_code', status);
    if (status >= 500)
      span?.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', `${status}`);
    span?.end();
  }

  sent(name: string, size: number, traces: readonly SpanContext[]): ((error: unknown) => void) | undefined {
    const [first] = traces;
    if (!first) return undefined;
    const links: Link[] = traces.map((context) => ({ context }));
    const parent: Context = trace.setSpanContext(ROOT_CONTEXT, first);
    const attributes = {
      'db.system.name': 'postgresql',
      'db.operation.name': name,
      'db.operation.batch.size': size,
    };
    const span = this.#tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes, links }, parent);
    return (error) => {
      if (error !== undefined)
        span
          .setStatus({ code: SpanStatusCode.ERROR })
          .setAttribute('error.type', error instanceof Error ? error.name : 'error');
      span.end();
    };
  }

  /** Exports what is left. */
  async close(): Promise<void> {
    await this.#provider.shutdown();
  }
}

/** The span of the client; undefined without a valid `traceparent`. */
function parentOf(header: string | string[]): SpanContext | undefined {
  const [, traceId, spanId, flags] = (typeof header === 'string' && TRACEPARENT.exec(header)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

const isSampled = ({ traceFlags }: SpanContext): boolean => traceFlags === TraceFlags.SAMPLED;

type Exporting = Parameters<SpanExporter['export']>;

/** Reports failures of exports to the log, once each way. */
class ReportingExporter implements SpanExporter {
  log: FastifyBaseLogger | undefined;
  readonly #exporter: SpanExporter;
  #isFailing = false;

  constructor(exporter: SpanExporter) {
    this.#exporter = exporter;
  }

  export(spans: Exporting[0], done: Exporting[1]): void {
    this.#exporter.export(spans, (result) => {
      const hasFailed = result.error !== undefined;
      if (hasFailed && !this.#isFailing) this.log?.warn({ err: result.error }, 'Traces cannot be exported');
      if (!hasFailed && this.#isFailing) this.log?.info('Traces are exported again');
      this.#isFailing = hasFailed;
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

import { hostname } from 'node:os';
import {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify';

/** The status in the log of a request whose client disconnected before its response; it is never sent. */
const CLIENT_CLOSED_REQUEST = 499;
const INFO_LEVELS: ReadonlySet<string> = new Set(['info', 'debug', 'trace']);
/** A signed token, or an API key, which a client may send in a URL by mistake. */
const CREDENTIAL = /eyJ[\w-]+\.[\w-]+\.[\w-]+|setlist_[0-9A-Za-z]{43,}/g;
/** The length of the shortest of them. */
const MIN_CREDENTIAL = 50;
/** The members of every line after its time, as pino renders them. */
const BASE = JSON.stringify({ pid: process.pid, hostname: hostname() }).slice(1, -1);

/** Observes every request, also with a silent log. */
export interface RequestObserver {
  /** The request begins: before its hooks. */
  started?(request: FastifyRequest): void;
  /** @param status The status of the response, or 499 if the client disconnected before it. */
  completed(request: FastifyRequest, reply: FastifyReply, status: number): void;
  /** The response to bytes that are not a request, such as invalid HTTP. */
  rejected?(status: number): void;
}

/**
 * Logs one line per request after its response: method, URL, status and milliseconds.
 *
 * The line is rendered here, because pino takes microseconds more for the same text (decision 8). With other options than a
 * level and a stream, which may change the text, pino renders it.
 */
export class RequestLog extends LogController {
  readonly #stream: { write(line: string): void } | undefined;
  readonly #observers: readonly RequestObserver[];

  /** @param logger The options of the logger. */
  constructor(logger: FastifyServerOptions['logger'], observers: readonly RequestObserver[] = []) {
    super();
    this.#observers = observers;
    if (typeof logger !== 'object') return;
    const { level, stream, ...others } = logger;
    if (Object.keys(others).length === 0) this.#stream = stream;
  }

  override incomingRequest(request: FastifyRequest): void {
    for (const observer of this.#observers) observer.started?.(request);
  }

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    if (error) {
      this.disconnected(request, reply);
      return;
    }
    for (const observer of this.#observers) observer.completed(request, reply, reply.statusCode);
    if (this.#stream === undefined) request.log.info(fieldsOf(request, reply, reply.statusCode), 'request');
    else if (INFO_LEVELS.has(request.log.level)) this.#stream.write(lineOf(request, reply));
  }

  /** Logs the line of a request whose client disconnected before its response. */
  disconnected(request: FastifyRequest, reply: FastifyReply): void {
    for (const observer of this.#observers) observer.completed(request, reply, CLIENT_CLOSED_REQUEST);
    request.log.warn(fieldsOf(request, reply, CLIENT_CLOSED_REQUEST), 'client disconnected');
  }

  /** Logs the line of a response to bytes that are not a request. */
  rejected(log: FastifyBaseLogger | undefined, response: RejectedRequest): void {
    for (const observer of this.#observers) observer.rejected?.(response.status);
    log?.info({ ...response, ms: 0 }, 'request');
  }
}

/** The response to bytes that are not a request. */
export interface RejectedRequest {
  reqId: string;
  status: number;
  code: string;
}

const urlOf = ({ originalUrl }: FastifyRequest): string =>
  originalUrl.length < MIN_CREDENTIAL ? originalUrl : originalUrl.replace(CREDENTIAL, '[credential]');

const millisecondsOf = ({ elapsedTime }: FastifyReply): number => Math.round(elapsedTime * 100) / 100;

/** The members of the line of a request; with authentication also the caller, or why the credential was refused. */
function fieldsOf(request: FastifyRequest, reply: FastifyReply, status: number) {
  const { method, principal, refusal, trace } = request;
  return {
    method,
    url: urlOf(request),
    status,
    ms: millisecondsOf(reply),
    ...(principal && { caller: principal.owner }),
    ...(refusal !== null && { refused: refusal }),
    ...(trace && { trace_id: trace.traceId }),
  };
}

/** The line that pino would write with {@link fieldsOf}: an object for each request would cost a microsecond. */
function lineOf(request: FastifyRequest, reply: FastifyReply): string {
  const { id, method, principal, refusal, trace } = request;
  let line = `{"level":30,"time":${Date.now()},${BASE},"reqId":${JSON.stringify(id)},"method":"${method}","url":${JSON.stringify(urlOf(request))},"status":${reply.statusCode},"ms":${millisecondsOf(reply)}`;
  if (principal) line += `,"caller":${JSON.stringify(principal.owner)}`;
  if (refusal !== null) line += `,"refused":${JSON.stringify(refusal)}`;
  if (trace) line += `,"trace_id":"${trace.traceId}"`;
  return `${line},"msg":"request"}\n`;
}

/**
 * Creates the logger of a request. Fastify always passes options; without any, pino has a shorter way to create it
 * (decision 8).
 */
export function requestLogger(
  logger: FastifyBaseLogger,
  bindings: object,
  options: Parameters<FastifyBaseLogger['child']>[1],
): FastifyBaseLogger {
  for (const _ in options) return logger.child(bindings, options);
  return logger.child(bindings);
}

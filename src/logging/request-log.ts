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

/**
 * Logs one line per request after its response: method, URL, status and milliseconds.
 *
 * The line is rendered here, because pino takes microseconds more for the same text (decision 8). With other options than a
 * level and a stream, which may change the text, pino renders it.
 */
export class RequestLog extends LogController {
  readonly #stream: { write(line: string): void } | undefined;

  /** @param logger The options of the logger. */
  constructor(logger: FastifyServerOptions['logger']) {
    super();
    if (typeof logger !== 'object') return;
    const { level, stream, ...others } = logger;
    if (Object.keys(others).length === 0) this.#stream = stream;
  }

  override incomingRequest(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    if (error) logDisconnect(request, reply);
    else if (this.#stream === undefined)
      request.log.info(fieldsOf(request, reply, reply.statusCode), 'request');
    else if (INFO_LEVELS.has(request.log.level)) this.#stream.write(lineOf(request, reply));
  }
}

/** Logs the line of a request whose client disconnected before its response. */
export function logDisconnect(request: FastifyRequest, reply: FastifyReply): void {
  request.log.warn(fieldsOf(request, reply, CLIENT_CLOSED_REQUEST), 'client disconnected');
}

/** The members of the line of a request; with authentication also the caller, or why the credential was refused. */
function fieldsOf(
  { method, originalUrl, principal, refusal }: FastifyRequest,
  reply: FastifyReply,
  status: number,
) {
  return {
    method,
    url: originalUrl.length < MIN_CREDENTIAL ? originalUrl : originalUrl.replace(CREDENTIAL, '[credential]'),
    status,
    ms: Math.round(reply.elapsedTime * 100) / 100,
    ...(principal && { caller: principal.owner }),
    ...(refusal !== null && { refused: refusal }),
  };
}

function lineOf(request: FastifyRequest, reply: FastifyReply): string {
  const fields = JSON.stringify(fieldsOf(request, reply, reply.statusCode)).slice(1, -1);
  return `{"level":30,"time":${Date.now()},${BASE},"reqId":${JSON.stringify(request.id)},${fields},"msg":"request"}\n`;
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

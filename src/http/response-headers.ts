import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import type { RequestLog } from '../logging/request-log.ts';

declare module 'node:http' {
  interface OutgoingMessage {
    /**
     * Renders the head of a message. It is not a public method of Node.js: the tests of {@link ServiceResponse} fail if a
     * version changes it.
     *
     * @param firstLine The status line, with its line break.
     * @param headers The headers of `writeHead()`, by name.
     */
    _storeHeader(firstLine: string, headers: OutgoingHttpHeaders): void;
  }
}

type Headers = Readonly<Record<string, string>>;

/**
 * The headers of every response; routes and errors replace single ones. The policies follow Helmet and OWASP's REST
 * guidance for an API: JSON needs no rights in a browser. Caches must not store a response unless its route allows it.
 * Every response varies by `Origin` (CORS) and `Accept` (errors have two formats).
 */
export const DEFAULT_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  vary: 'Origin, Accept',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** `Strict-Transport-Security` must not be sent over plain HTTP (RFC 6797, 7.2). */
const HTTPS_HEADERS = {
  ...DEFAULT_HEADERS,
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
};

/** Default headers, rendered once for each combination of headers that replace them. */
class DefaultHeaders {
  readonly headers: Headers;
  readonly #entries: readonly (readonly [string, string])[];
  /** The lines, by the set of replaced headers: bit n is the n-th header. */
  readonly #rendered: string[] = [];

  constructor(headers: Headers) {
    this.headers = headers;
    this.#entries = Object.entries(headers);
  }

  /** The lines of the default headers that the response does not replace. */
  linesBeside(own: OutgoingHttpHeaders): string {
    let replaced = 0;
    for (let index = 0; index < this.#entries.length; index++) {
      const name = this.#entries[index]?.[0] ?? '';
      if (own[name] !== undefined) replaced |= 1 << index;
    }
    const lines = this.#rendered[replaced] ?? this.#render(replaced);
    this.#rendered[replaced] = lines;
    return lines;
  }

  #render(replaced: number): string {
    const kept = this.#entries.filter((_, index) => (replaced & (1 << index)) === 0);
    return kept.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }
}

const overHttp = new DefaultHeaders(DEFAULT_HEADERS);
const overHttps = new DefaultHeaders(HTTPS_HEADERS);

/**
 * A response whose head starts with lines that are not headers of the reply: Fastify and Node.js need several microseconds to
 * collect, check and render the headers of every response.
 */
export class ServiceResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  #defaults: DefaultHeaders | undefined;
  #reply: FastifyReply | undefined;

  /** Adds the default headers, `X-Request-Id` and `X-Process-Time`. */
  startWith(defaults: DefaultHeaders, reply: FastifyReply): void {
    this.#defaults = defaults;
    this.#reply = reply;
  }

  override _storeHeader(firstLine: string, headers: OutgoingHttpHeaders): void {
    super._storeHeader(firstLine + this.#firstHeaders(headers), headers);
  }

  #firstHeaders(own: OutgoingHttpHeaders): string {
    if (this.#defaults === undefined || this.#reply === undefined) return '';
    const { request } = this.#reply;
    return `${this.#defaults.linesBeside(own)}x-request-id: ${request.id}\r\nx-process-time: ${processTime(this.#reply)}\r\n`;
  }
}

const processTime = (reply: FastifyReply) => (reply.elapsedTime / 1000).toFixed(4);

/**
 * Adds the default headers, `X-Request-Id` and `X-Process-Time` (in seconds, with four decimals) to every response. While
 * the service stops, each response is the last one of its connection.
 *
 * @param behindProxy Whether there are trusted proxies, whose `X-Forwarded-Proto` shows that a request used https. The
 * service itself only supports plain HTTP.
 * @param log Logs requests whose clients disconnect before the response.
 */
export const responseHeaders = fp<{ behindProxy: boolean; log: RequestLog }>(
  async (app, { behindProxy, log }) => {
    app.addHook('onRequest', (request, reply, done) => {
      const defaults = behindProxy && request.protocol === 'https' ? overHttps : overHttp;
      const { raw } = reply;
      if (raw instanceof ServiceResponse) raw.startWith(defaults, reply);
      else reply.headers(defaults.headers).header('x-request-id', request.id);
      done();
    });
    app.addHook('onSend', (request, reply, payload, done) => {
      if (!(reply.raw instanceof ServiceResponse)) reply.header('x-process-time', processTime(reply));
      if (request.socket.destroyed) log.disconnected(request, reply);
      // A keep-alive connection would delay the stop until its timeout.
      if (app.lifecycle.isStopping) reply.header('connection', 'close');
      done(null, payload);
    });
  },
  { name: 'response-headers', dependencies: ['lifecycle'] },
);

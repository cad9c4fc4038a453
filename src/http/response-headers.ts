import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import { logDisconnect } from '../logging/request-log.ts';

declare module 'node:http' {
  interface OutgoingMessage {
    /**
     * Renders the head of a message. This is not a public method of Node.js; the tests of {@link ServiceResponse} fail if
     * a version changes it.
     *
     * @param firstLine The status line, with its line break.
     * @param headers Those of `writeHead()`, by name.
     */
    _storeHeader(firstLine: string, headers: OutgoingHttpHeaders): void;
  }
}

type Headers = Readonly<Record<string, string>>;

/**
 * The headers of every response; routes and errors replace single ones. The policies are those that Helmet and OWASP's
 * REST guidance set for an API: JSON needs no rights in a browser. No cache may store a response unless its route says
 * so. Every response varies by `Origin` (CORS) and `Accept` (errors have two representations).
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
  /** The lines, by the set of the headers that are replaced: bit n stands for the n-th header. */
  readonly #rendered: string[] = [];

  constructor(headers: Headers) {
    this.headers = headers;
    this.#entries = Object.entries(headers);
  }

  /** The lines of the default headers that the response does not have itself. */
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
 * A response whose head starts with lines that are not headers of the reply: Fastify and Node.js take several microseconds
 * to collect, check and render the headers that are on every response.
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
 * Gives every response its default headers, `X-Request-Id` and `X-Process-Time`: the seconds that it took, with four
 * decimals. While the service stops, each response is the last one on its connection.
 *
 * @param behindProxy Whether there are trusted proxies, which say in `X-Forwarded-Proto` that a request came over https.
 * The service itself speaks plain HTTP only.
 */
export const responseHeaders = fp<{ behindProxy: boolean }>(
  async (app, { behindProxy }) => {
    app.addHook('onRequest', (request, reply, done) => {
      const defaults = behindProxy && request.protocol === 'https' ? overHttps : overHttp;
      const { raw } = reply;
      if (raw instanceof ServiceResponse) raw.startWith(defaults, reply);
      else reply.headers(defaults.headers).header('x-request-id', request.id);
      done();
    });
    app.addHook('onSend', (request, reply, payload, done) => {
      if (!(reply.raw instanceof ServiceResponse)) reply.header('x-process-time', processTime(reply));
      if (request.socket.destroyed) logDisconnect(request, reply);
      // A connection that is kept alive would hold up the stop until it times out.
      if (app.lifecycle.isStopping) reply.header('connection', 'close');
      done(null, payload);
    });
  },
  { name: 'response-headers', dependencies: ['lifecycle'] },
);

import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyServerFactory } from 'fastify';
import type { ErrorKind, ServiceError } from '../errors/define-error.ts';
import { representError } from '../errors/representation.ts';
import { DEFAULT_HEADERS } from './default-headers.ts';
import { HeadersTooLarge, MalformedRequest, NotImplemented, RequestTimeout } from './errors.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A request that was received, with what handles it. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  handle: Handler;
}

/** How connections are limited; all times in milliseconds. */
export interface ConnectionOptions {
  /** The largest request body, in bytes. */
  bodyLimit: number;
  /** How many connections may be open; further ones are closed at once. */
  maxConnections: number;
  /** How long an idle connection stays open. */
  keepAliveTimeout: number;
  /** How long a request may wait for the database. */
  requestDeadline: number;
}

/** How long a client may take for the headers of a request, and for the whole request. */
const HEADERS_TIMEOUT = 15_000;
const REQUEST_TIMEOUT = 30_000;
/** How long a connection may be silent in the middle of an exchange, or beyond the deadline of its request. */
const SILENCE_TIMEOUT = 60_000;
/** How often Node looks for requests that take too long. */
const CHECK_INTERVAL = 1000;
/** How many requests of one connection may wait before no more is read from it. */
const MAX_WAITING = 16;
/** How long a client may go on sending after its last response: closing at once would lose that response. */
const LINGER = 2000;
/** How often refused connections are logged at most. */
const REFUSALS_INTERVAL = 1000;

/** What Node's HTTP parser says of a request that it gives up on. */
const parserErrors: Readonly<Record<string, ErrorKind>> = {
  HPE_HEADER_OVERFLOW: HeadersTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: RequestTimeout,
};

/** The error of the service for one that Node's HTTP parser reports; undefined for any other error. */
export function parserFailure(error: NodeJS.ErrnoException): ServiceError | undefined {
  const { code = '' } = error;
  const isParserError = code.startsWith('HPE_') || code in parserErrors;
  if (!isParserError) return undefined;
  const Kind = parserErrors[code] ?? MalformedRequest;
  return new Kind({ cause: error, headers: { connection: 'close' } });
}

/** Ends a connection, but goes on reading for a moment: with unread bytes, the client would lose its last response. */
function linger(socket: Socket): void {
  socket.end();
  setTimeout(() => socket.destroy(), LINGER).unref();
}

/**
 * The requests of one connection, one after the other: each takes effect, and is answered, before the next one is
 * handled (RFC 9112, 9.3.2). Nothing is read ahead without bound from a client that sends many at once.
 */
class Connection {
  readonly #socket: Socket;
  /** Whether the connection ends as soon as it is idle. */
  readonly #isClosing: () => boolean;
  #current: Exchange | undefined;
  readonly #waiting: Exchange[] = [];
  /** The request of the last response, if its body had not arrived by then. */
  #unread: IncomingMessage | undefined;
  /** How many bytes were received when the last response was sent. */
  #bytesRead = 0;
  #isReading = true;
  #isGuarded = false;
  /** Runs once every request that was received in full has its response. */
  #onDrained: (() => void) | undefined;

  constructor(socket: Socket, isClosing: () => boolean) {
    this.#socket = socket;
    this.#isClosing = isClosing;
    const destroySoon = socket.destroySoon.bind(socket);
    // Node.js ends a connection so after its last response. A body that still arrives would cost the client that response.
    socket.destroySoon = () => {
      if (this.#current?.request.complete === false) linger(socket);
      else destroySoon();
    };
  }

  /** Whether no request is being received or handled, and no response is being sent. */
  get isIdle(): boolean {
    return this.#current === undefined && this.#socket.bytesRead === this.#bytesRead;
  }

  /** Handles a request as soon as those before it have their responses. */
  receive(exchange: Exchange): void {
    // The response before was the last one on this connection: what comes behind must not take effect (RFC 9112, 9.6).
    if (!this.#socket.writable) return;
    if (this.#current === undefined) {
      this.#handle(exchange);
      return;
    }
    this.#waiting.push(exchange);
    if (this.#waiting.length > MAX_WAITING && this.#isReading) this.#stopReading();
  }

  /**
   * Deals with a connection whose bytes are not valid HTTP, or arrived too late. The requests that were received in full
   * get their responses first; then the connection is closed.
   *
   * @param respond Sends an error to the request that broke, if no route does, and closes the connection.
   */
  fail(error: Error, respond: () => void): void {
    if (this.#onDrained) return;
    this.#onDrained = respond;
    const last = this.#waiting.at(-1);
    if (last && !last.request.complete) this.#waiting.pop();
    if (!this.#current) {
      // The request that broke may have its response already.
      if (this.#unread?.complete === false) this.#onDrained = () => linger(this.#socket);
      this.#next();
    } else if (!last && !this.#current.request.complete) {
      this.#onDrained = () => linger(this.#socket);
      // The route waits for the body: it learns that there is none, and its error is the response.
      const { request } = this.#current;
      if (request.listenerCount('error') > 0) request.emit('error', error);
    }
  }

  #handle(exchange: Exchange): void {
    this.#current = exchange;
    exchange.response.on('close', this.#next);
    exchange.handle(exchange.request, exchange.response);
  }

  readonly #next = (): void => {
    const request = this.#current?.request;
    if (request) this.#unread = request.complete ? undefined : request;
    this.#current = undefined;
    if (!this.#socket.writable) return;
    const exchange = this.#waiting.shift();
    if (exchange) this.#handle(exchange);
    else this.#goIdle();
    if (!this.#isReading && this.#waiting.length === 0) {
      this.#isReading = true;
      this.#socket.resume();
    }
  };

  #goIdle(): void {
    this.#bytesRead = this.#socket.bytesRead;
    if (this.#onDrained) this.#onDrained();
    else if (this.#isClosing()) linger(this.#socket);
  }

  #stopReading(): void {
    this.#isReading = false;
    this.#socket.pause();
    if (this.#isGuarded) return;
    this.#isGuarded = true;
    // Node.js resumes the socket whenever a response is sent.
    this.#socket.on('resume', () => {
      if (!this.#isReading) this.#socket.pause();
    });
  }
}

/** The connections of a service: makes its HTTP server, and responds where there is no route to do so. */
export class Connections {
  readonly #options: ConnectionOptions;
  readonly #silenceTimeout: number;
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #open = new Set<Socket>();
  #isClosing = false;
  #log: FastifyBaseLogger | undefined;
  #refused = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#silenceTimeout = Math.max(SILENCE_TIMEOUT, options.requestDeadline + REQUEST_TIMEOUT);
  }

  /** Logs from now on, as one line a response, what was sent without a route. */
  logTo(log: FastifyBaseLogger): void {
    this.#log = log;
  }

  /** Makes the HTTP server of a Fastify instance. */
  readonly createServer: FastifyServerFactory = (handle): Server => {
    const server = createServer({
      headersTimeout: HEADERS_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      connectionsCheckingInterval: CHECK_INTERVAL,
      keepAliveTimeout: this.#options.keepAliveTimeout,
      // A request without a host gets an error like every other.
      requireHostHeader: false,
    });
    // A client that closes its half of a connection still waits for its responses.
    Object.assign(server, { httpAllowHalfOpen: true });
    server.maxConnections = this.#options.maxConnections;
    server.setTimeout(this.#silenceTimeout);
    server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    // For Node.js, a connection without a request is not idle, one whose response is still being sent is, and one after
    // CONNECT is not there at all. http.Server.close() calls the first of the two.
    server.closeIdleConnections = () => {
      this.#isClosing = true;
      for (const socket of this.#open) if (this.#isIdle(socket)) socket.destroy();
    };
    server.closeAllConnections = () => {
      for (const socket of this.#open) socket.destroy();
    };
    const receive = (handle: Handler) => (request: IncomingMessage, response: ServerResponse) =>
      this.#of(request.socket).receive({ request, response, handle });
    server.on('request', receive(handle));
    server.on('checkExpectation', receive(handle));
    server.on(
      'checkContinue',
      receive((request, response) => {
        if (Number(request.headers['content-length'] ?? 0) <= this.#options.bodyLimit)
          response.writeContinue();
        handle(request, response);
      }),
    );
    server.on('connect', (_request, socket) => this.#refuseTunnel(socket as Socket));
    server.on('drop', () => this.#countRefused());
    return server;
  };

  /** Deals with errors of Node's HTTP parser: bytes that are not valid HTTP, or arrived too late. */
  readonly onClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
    const failure = parserFailure(error);
    // A connection that was opened and never used gets no response to a request that it did not send.
    if (!failure || socket.bytesRead === 0) socket.destroy();
    else this.#of(socket).fail(error, () => this.#respond(socket, failure));
  };

  /** This is no proxy: CONNECT (RFC 9110, 9.3.6) names no resource of the service. */
  #refuseTunnel(socket: Socket): void {
    const failure = new NotImplemented();
    // Node.js has taken off its own listeners.
    const destroy = socket.destroy.bind(socket);
    socket.on('error', destroy).on('timeout', destroy);
    socket.setTimeout(this.#silenceTimeout);
    socket.resume();
    this.#of(socket).fail(failure, () => this.#respond(socket, failure));
  }

  #isIdle(socket: Socket): boolean {
    return this.#connections.get(socket)?.isIdle ?? socket.bytesRead === 0;
  }

  #of(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known) return known;
    const connection = new Connection(socket, () => this.#isClosing);
    this.#connections.set(socket, connection);
    return connection;
  }

  /** Sends an error on the bare socket, in the shape of every other, and closes the connection. */
  #respond(socket: Socket, failure: ServiceError): void {
    if (!socket.writable) return;
    const id = randomUUID();
    const { statusCode: status } = failure;
    const { contentType, body } = representError(failure, { id, originalUrl: '', headers: {} });
    const payload = JSON.stringify(body);
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `content-type: ${contentType}`,
      `content-length: ${Buffer.byteLength(payload)}`,
      `date: ${new Date().toUTCString()}`,
      `x-request-id: ${id}`,
      'x-process-time: 0.0000',
      ...Object.entries(DEFAULT_HEADERS).map(([name, value]) => `${name}: ${value}`),
      'connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${payload}`);
    linger(socket);
    this.#log?.info({ reqId: id, status, code: failure.code, ms: 0 }, 'request');
  }

  #countRefused(): void {
    this.#refused++;
    if (this.#refused > 1) return;
    setTimeout(() => {
      this.#log?.warn({ refused: this.#refused }, 'Connections were refused: MAX_CONNECTIONS are open');
      this.#refused = 0;
    }, REFUSALS_INTERVAL).unref();
  }
}

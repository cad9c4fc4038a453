import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyInstance, FastifyServerFactory } from 'fastify';
import type { ErrorCode } from '../errors/catalogue.ts';
import { representError } from '../errors/representation.ts';
import { ServiceError } from '../errors/service-error.ts';
import { DEFAULT_HEADERS } from './default-headers.ts';

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
}

/** How long a client may take for the headers of a request, and for the whole request. */
const HEADERS_TIMEOUT = 15_000;
const REQUEST_TIMEOUT = 30_000;
/** How long a connection may be silent in the middle of an exchange. */
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
const parserCodes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** The error of the catalogue for what Node's HTTP parser reports; undefined for any other error. */
export function parserFailure(error: NodeJS.ErrnoException): ServiceError | undefined {
  const { code = '' } = error;
  const isOfParser = code.startsWith('HPE_') || code in parserCodes;
  return isOfParser
    ? new ServiceError(parserCodes[code] ?? 'malformed_request', {
        cause: error,
        headers: { connection: 'close' },
      })
    : undefined;
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
  #current: Exchange | undefined;
  readonly #waiting: Exchange[] = [];
  #isReading = true;
  /** Runs once every request that was received in full has its response. */
  #afterwards: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Handles a request as soon as those before it have their responses. */
  receive(exchange: Exchange): void {
    if (this.#current === undefined) {
      this.#handle(exchange);
      return;
    }
    this.#waiting.push(exchange);
    if (this.#waiting.length > MAX_WAITING && this.#isReading) this.#stopReading();
  }

  /**
   * Deals with a connection whose bytes are no HTTP any more, or did not come in time. The requests that were received
   * in full get their responses first; then the connection is closed.
   *
   * @param respond Sends an error to the request that broke, if no route does, and closes the connection.
   */
  fail(error: Error, respond: () => void): void {
    if (this.#afterwards) return;
    this.#afterwards = respond;
    const last = this.#waiting.at(-1);
    if (last && !last.request.complete) this.#waiting.pop();
    if (!this.#current) this.#next();
    else if (!last && !this.#current.request.complete) {
      this.#afterwards = () => linger(this.#socket);
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
    this.#current = undefined;
    if (this.#socket.destroyed) return;
    const exchange = this.#waiting.shift();
    if (exchange) this.#handle(exchange);
    else this.#afterwards?.();
    if (!this.#isReading && this.#waiting.length === 0) {
      this.#isReading = true;
      this.#socket.resume();
    }
  };

  #stopReading(): void {
    this.#isReading = false;
    this.#socket.pause();
    // Node resumes the socket whenever a response is sent.
    this.#socket.on('resume', () => {
      if (!this.#isReading) this.#socket.pause();
    });
  }
}

/** The connections of a service: makes its HTTP server, and responds where there is no route to do so. */
export class Connections {
  readonly #options: ConnectionOptions;
  readonly #connections = new WeakMap<Socket, Connection>();
  /** Connections without a request so far. */
  readonly #fresh = new Set<Socket>();
  #log: FastifyBaseLogger | undefined;
  #refused = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /**
   * Logs to the log of the instance, as one line a response, what was sent without a route. When the instance closes,
   * so do connections on which nothing was sent: for Node.js they are not idle, and would hold up the stop.
   */
  attach(app: FastifyInstance): void {
    this.#log = app.log;
    app.addHook('preClose', async () => {
      for (const socket of this.#fresh) if (socket.bytesRead === 0) socket.destroy();
    });
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
    server.setTimeout(SILENCE_TIMEOUT);
    server.on('connection', (socket) => {
      this.#fresh.add(socket);
      socket.once('close', () => this.#fresh.delete(socket));
    });
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

  /** Deals with what Node's HTTP parser gives up on: no HTTP, or not in time. */
  readonly onClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
    const failure = parserFailure(error);
    if (!failure || !socket.writable) socket.destroy();
    else this.#of(socket).fail(error, () => this.#respond(socket, failure));
  };

  /** This is no proxy: CONNECT (RFC 9110, 9.3.6) names no resource of the service. */
  #refuseTunnel(socket: Socket): void {
    const failure = new ServiceError('not_implemented');
    socket.on('error', () => socket.destroy());
    socket.resume();
    this.#of(socket).fail(failure, () => this.#respond(socket, failure));
  }

  #of(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known) return known;
    this.#fresh.delete(socket);
    const connection = new Connection(socket);
    this.#connections.set(socket, connection);
    return connection;
  }

  /** Sends an error on the bare socket, in the shape of every other, and closes the connection. */
  #respond(socket: Socket, failure: ServiceError): void {
    if (!socket.writable) return;
    const id = randomUUID();
    const { statusCode: status } = failure;
    const { contentType, body } = representError(failure, { id, originalUrl: '', accept: undefined });
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

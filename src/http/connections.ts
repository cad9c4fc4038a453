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
import type { RequestLog } from '../logging/request-log.ts';
import { BODY_TIMEOUT, BodyTimeouts, isStreamed, LONG_BODY_TIMEOUT } from './body-timeout.ts';
import { Connection, type Handler, linger } from './connection.ts';
import { HeadersTooLarge, MalformedRequest, NotImplemented, RequestTimeout } from './errors.ts';
import { DEFAULT_HEADERS, ServiceResponse } from './response-headers.ts';

/** The limits of connections; all times are in milliseconds. */
export interface ConnectionOptions {
  /** The maximum size of a request body, in bytes. */
  bodyLimit: number;
  /** The maximum number of open connections; further ones are closed at once. */
  maxConnections: number;
  /** The maximum idle time of a connection. */
  keepAliveTimeout: number;
  /** The maximum time that a request waits for the database. */
  requestDeadline: number;
}

/** The time limit for the headers of a request. */
const HEADERS_TIMEOUT = 15_000;
/** The maximum silence of a connection during an exchange, and after the deadline of its request. */
const SILENCE_TIMEOUT = 60_000;
/** The interval of Node's checks for requests that take too long. */
const CHECK_INTERVAL = 1000;
/** The minimum interval between log lines about refused connections. */
const REFUSALS_INTERVAL = 1000;

/** Errors of Node's HTTP parser with their own kind. */
const parserErrors: Readonly<Record<string, ErrorKind>> = {
  HPE_HEADER_OVERFLOW: HeadersTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: RequestTimeout,
};

/** Converts an error of Node's HTTP parser to an error of the service; undefined for any other error. */
export function parserFailure(error: NodeJS.ErrnoException): ServiceError | undefined {
  const { code = '' } = error;
  const isParserError = code.startsWith('HPE_') || code in parserErrors;
  if (!isParserError) return undefined;
  const Kind = parserErrors[code] ?? MalformedRequest;
  return new Kind({ cause: error, headers: { connection: 'close' } });
}

/** The connections of a service: creates its HTTP server, and sends errors for requests that reach no route. */
export class Connections {
  readonly #options: ConnectionOptions;
  readonly #silenceTimeout: number;
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #open = new Set<Socket>();
  readonly #bodies = new BodyTimeouts();
  #isClosing = false;
  #log: FastifyBaseLogger | undefined;
  #requestLog: RequestLog | undefined;
  /** Since the last log line about them. */
  #refused = 0;
  #refusedInTotal = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#silenceTimeout = Math.max(SILENCE_TIMEOUT, options.requestDeadline + BODY_TIMEOUT);
  }

  /** Sets the log for responses without a route, one line each. */
  logTo(log: FastifyBaseLogger, requestLog: RequestLog): void {
    this.#log = log;
    this.#requestLog = requestLog;
  }

  /** The number of open connections. */
  get open(): number {
    return this.#open.size;
  }

  /** The maximum number of open connections. */
  get max(): number {
    return this.#options.maxConnections;
  }

  /** The number of connections that were refused because `MAX_CONNECTIONS` were open. */
  get refused(): number {
    return this.#refusedInTotal;
  }

  /** Creates the HTTP server of a Fastify instance. */
  readonly createServer: FastifyServerFactory = (handle): Server => {
    const server = createServer({
      ServerResponse: ServiceResponse,
      headersTimeout: HEADERS_TIMEOUT,
      requestTimeout: HEADERS_TIMEOUT + LONG_BODY_TIMEOUT,
      connectionsCheckingInterval: CHECK_INTERVAL,
      keepAliveTimeout: this.#options.keepAliveTimeout,
      // A request without a host gets an error in the common format.
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
    // Node.js does not count a connection without a request as idle, counts one that is still sending a response as idle,
    // and does not track one after CONNECT. http.Server.close() calls closeIdleConnections().
    server.closeIdleConnections = () => {
      this.#isClosing = true;
      for (const socket of this.#open) if (this.#isIdle(socket)) socket.destroy();
    };
    server.closeAllConnections = () => {
      for (const socket of this.#open) socket.destroy();
    };
    const bodyChecks = setInterval(() => this.#checkBodies(), CHECK_INTERVAL).unref();
    server.on('close', () => clearInterval(bodyChecks));
    const receive = (handle: Handler) => (request: IncomingMessage, response: ServerResponse) => {
      this.#bodies.add(request);
      this.#of(request.socket).receive({ request, response, handle });
    };
    server.on('request', receive(handle));
    server.on('checkExpectation', receive(handle));
    server.on(
      'checkContinue',
      receive((request, response) => {
        // The body is requested when a route reads it: a request that is rejected before needs none.
        request.once('resume', () => {
          const size = Number(request.headers['content-length'] ?? 0);
          const isWanted = size <= this.#options.bodyLimit || isStreamed(request);
          if (isWanted && !response.headersSent) response.writeContinue();
        });
        handle(request, response);
      }),
    );
    server.on('connect', (_request, socket) => this.#refuseTunnel(socket as Socket));
    server.on('drop', () => this.#countRefused());
    return server;
  };

  /** Handles errors of Node's HTTP parser: invalid HTTP, and requests that time out. */
  readonly onClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
    const failure = parserFailure(error);
    // An unused connection has no request, and gets no response.
    if (!failure || socket.bytesRead === 0) socket.destroy();
    else this.#of(socket).fail(error, () => this.#respond(socket, failure));
  };

  #checkBodies(): void {
    for (const { socket } of this.#bodies.expired())
      this.onClientError(
        Object.assign(new Error('The body was not received in time'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }),
        socket,
      );
  }

  /** The service is not a proxy: CONNECT (RFC 9110, 9.3.6) is not implemented. */
  #refuseTunnel(socket: Socket): void {
    const failure = new NotImplemented();
    // Node.js has removed its own listeners.
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

  /** Sends an error in the common format on the bare socket, and closes the connection. */
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
    this.#requestLog?.rejected(this.#log, { reqId: id, status, code: failure.code });
  }

  #countRefused(): void {
    this.#refusedInTotal++;
    this.#refused++;
    if (this.#refused > 1) return;
    setTimeout(() => {
      this.#log?.warn({ refused: this.#refused }, 'Connections were refused: MAX_CONNECTIONS are open');
      this.#refused = 0;
    }, REFUSALS_INTERVAL).unref();
  }
}

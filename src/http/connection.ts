import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The number of waiting requests on a connection above which reading pauses. */
const MAX_WAITING = 16;
/** The time that a client may still send after its last response: closing at once would lose that response. */
const LINGER = 2000;

/** Handles a request, as Fastify does. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A received request, and its handler. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  handle: Handler;
}

/** Ends a connection, but still reads for a moment: with unread bytes, the client would lose its last response. */
export function linger(socket: Socket): void {
  socket.end();
  setTimeout(() => socket.destroy(), LINGER).unref();
}

/**
 * Handles the requests of one connection sequentially: each takes effect, and its response is sent, before the next one is
 * handled (RFC 9112, 9.3.2). The number of pipelined requests that are read ahead is limited.
 */
export class Connection {
  readonly #socket: Socket;
  /** Whether to close the connection as soon as it is idle. */
  readonly #isClosing: () => boolean;
  #current: Exchange | undefined;
  readonly #waiting: Exchange[] = [];
  /** The request of the last response, if its body was incomplete at that time. */
  #unread: IncomingMessage | undefined;
  /** The number of received bytes when the last response was sent. */
  #bytesRead = 0;
  #isReading = true;
  #isGuarded = false;
  /** Called when all complete requests have their responses. */
  #onDrained: (() => void) | undefined;

  constructor(socket: Socket, isClosing: () => boolean) {
    this.#socket = socket;
    this.#isClosing = isClosing;
    const destroySoon = socket.destroySoon.bind(socket);
    // Node.js calls it after the last response of a connection. If a body is still arriving, the client would lose the
    // response.
    socket.destroySoon = () => {
      if (this.#current?.request.complete === false) linger(socket);
      else destroySoon();
    };
  }

  /** Whether no request is being received or handled, and no response is being sent. */
  get isIdle(): boolean {
    return this.#current === undefined && this.#socket.bytesRead === this.#bytesRead;
  }

  /** Handles a request when all previous ones have their responses. */
  receive(exchange: Exchange): void {
    // The previous response was the last one of this connection: further requests must not take effect (RFC 9112, 9.6).
    if (!this.#socket.writable) return;
    if (this.#current === undefined) {
      this.#handle(exchange);
      return;
    }
    this.#waiting.push(exchange);
    if (this.#waiting.length > MAX_WAITING && this.#isReading) this.#stopReading();
  }

  /**
   * Handles invalid HTTP, and requests that time out. Complete requests get their responses first; then the connection is
   * closed.
   *
   * @param respond Sends the error of the failed request, unless a route does, and closes the connection.
   */
  fail(error: Error, respond: () => void): void {
    if (this.#onDrained) return;
    this.#onDrained = respond;
    const last = this.#waiting.at(-1);
    if (last && !last.request.complete) this.#waiting.pop();
    if (!this.#current) {
      // The failed request may already have its response.
      if (this.#unread?.complete === false) this.#onDrained = this.#linger;
      this.#next();
    } else if (!last && !this.#current.request.complete) {
      this.#onDrained = this.#linger;
      // The route waits for the body: the error makes it fail, and its error is the response.
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
    else if (this.#isClosing()) this.#linger();
  }

  readonly #linger = (): void => linger(this.#socket);

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

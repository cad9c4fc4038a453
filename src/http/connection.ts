import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How many requests of one connection may wait before no more is read from it. */
const MAX_WAITING = 16;
/** How long a client may go on sending after its last response: closing at once would lose that response. */
const LINGER = 2000;

/** Handles a request, as Fastify does. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A request that was received, with what handles it. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  handle: Handler;
}

/** Ends a connection, but goes on reading for a moment: with unread bytes, the client would lose its last response. */
export function linger(socket: Socket): void {
  socket.end();
  setTimeout(() => socket.destroy(), LINGER).unref();
}

/**
 * The requests of one connection, one after the other: each takes effect, and is answered, before the next one is
 * handled (RFC 9112, 9.3.2). Nothing is read ahead without bound from a client that sends many at once.
 */
export class Connection {
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
      if (this.#unread?.complete === false) this.#onDrained = this.#linger;
      this.#next();
    } else if (!last && !this.#current.request.complete) {
      this.#onDrained = this.#linger;
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

import type { IncomingMessage } from 'node:http';

/** The time limits for the body of a request, in milliseconds. */
export const BODY_TIMEOUT = 30_000;
export const LONG_BODY_TIMEOUT = 3_600_000;

/** The requests whose route reads their body as a stream. */
const streamed = new WeakSet<IncomingMessage>();

/** Lets the body of a request exceed `BODY_LIMIT`, and arrive within an hour: its route reads it as a stream. */
export const streamBody = (request: IncomingMessage): unknown => streamed.add(request);

/** Whether the route of a request reads its body as a stream. */
export const isStreamed = (request: IncomingMessage): boolean => streamed.has(request);

/** The requests of a server whose bodies are incomplete. Node.js has one time limit for all requests; streams need a longer one. */
export class BodyTimeouts {
  #pending: { request: IncomingMessage; since: number }[] = [];

  /** Notes a request at its start, if it has a body. */
  add(request: IncomingMessage): void {
    const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
    if (coding !== undefined || length !== '0') this.#pending.push({ request, since: performance.now() });
  }

  /** Returns each request whose body has not arrived in time, once. */
  expired(): IncomingMessage[] {
    const now = performance.now();
    const expired: IncomingMessage[] = [];
    this.#pending = this.#pending.filter(({ request, since }) => {
      if (request.complete || request.destroyed) return false;
      if (now - since < (streamed.has(request) ? LONG_BODY_TIMEOUT : BODY_TIMEOUT)) return true;
      expired.push(request);
      return false;
    });
    return expired;
  }
}

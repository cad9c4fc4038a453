import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

/** How long an answer may take, in milliseconds. */
const DEADLINE = 120_000;

/** Enough for the races. */
const CONNECTIONS = 64;

export interface Answer {
  /** What was asked, such as `GET /songs/1`. */
  of: string;
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Content {
  /** Sent as JSON, with its media type. */
  json?: unknown;
  /** Sent as it is. */
  payload?: string;
  headers?: OutgoingHttpHeaders;
}

/** Sends a request, without anything that was not asked for: no `Accept`, no `User-Agent`. */
export type Send = (method: string, path: string, content?: Content) => Promise<Answer>;

/** Talks to whatever listens at the base URL. `close` ends its connections. */
export function connect(base: string): { send: Send; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const send: Send = (method, path, { json, payload, headers = {} } = {}) => {
    const body = json === undefined ? payload : JSON.stringify(json);
    const type = json === undefined ? {} : { 'content-type': 'application/json' };
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    return exchange(new URL(base).origin, agent, method, path, { ...type, ...length, ...headers }, body);
  };
  return { send, close: () => agent.destroy() };
}

function exchange(
  origin: string,
  agent: Agent,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
  body: string | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const of = `${method} ${path}`;
    const signal = AbortSignal.timeout(DEADLINE);
    const sent = request(origin, { method, path, headers, agent, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', (cause) => reject(new Error(`${of}: the answer broke off`, { cause })));
      response.on('end', () =>
        resolve({
          of,
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // A server may close an idle connection just when it is used again: that is HTTP, and no fault.
      if (sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) {
        resolve(exchange(origin, agent, method, path, headers, body));
      } else {
        const reason = signal.aborted ? `no answer within ${DEADLINE / 1000} s` : error.message;
        reject(new Error(`${of}: ${reason}`, { cause: error }));
      }
    });
    sent.end(body);
  });
}

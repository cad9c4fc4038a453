import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

/** The time limit of a response, in milliseconds. */
const DEADLINE = 120_000;

/** The length of a body that does not fit into the buffers of a connection. */
const LARGE = 65_536;
/** How often a request with a large body is sent at most. */
const ATTEMPTS = 5;

/** Enough for the races. */
const CONNECTIONS = 64;

export interface PeerResponse {
  /** The request, such as `GET /songs/1`. */
  of: string;
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Content {
  /** Sent as JSON, with its media type. */
  json?: unknown;
  /** Sent unchanged. */
  payload?: string;
  headers?: OutgoingHttpHeaders;
}

/** Sends a request without additional headers such as `Accept` or `User-Agent`. */
export type Send = (method: string, path: string, content?: Content) => Promise<PeerResponse>;

/** A client of the server at the base URL. `close` closes its connections. */
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
  attempt = 1,
): Promise<PeerResponse> {
  return new Promise((resolve, reject) => {
    const of = `${method} ${path}`;
    const signal = AbortSignal.timeout(DEADLINE);
    const sent = request(origin, { method, path, headers, agent, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', (cause) => reject(new Error(`${of}: the response was cut off`, { cause })));
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
      // HTTP allows a server to close an idle connection at any time, also when the client reuses it; and after a response to a
      // part of a large body, which the client then may not receive.
      const isAllowed =
        sent.reusedSocket || (body !== undefined && body.length > LARGE && attempt < ATTEMPTS);
      if (isAllowed && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) {
        resolve(exchange(origin, agent, method, path, headers, body, attempt + 1));
      } else {
        const reason = signal.aborted ? `no response within ${DEADLINE / 1000} s` : error.message;
        reject(new Error(`${of}: ${reason}`, { cause: error }));
      }
    });
    sent.end(body);
  });
}

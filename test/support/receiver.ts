// A receiver of webhooks.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** A request that the receiver got. */
export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  /** The event. */
  event: { id: string; type: string; subject: string; data: Record<string, unknown> };
}

export interface Receiver {
  url: string;
  port: number;
  /** Requests that got a response of 2xx, in order. */
  accepted: Received[];
  /** All requests, in order. */
  requests: Received[];
  /** Closes the listener and all connections. */
  stop(): Promise<void>;
}

/**
 * Starts a receiver on 127.0.0.1; it is stopped after the test.
 *
 * @param respond Sends the response, with 204 by default.
 */
export async function startReceiver(
  t: Test,
  respond: (response: ServerResponse, request: Received) => unknown = (response) =>
    response.writeHead(204).end(),
  port = 0,
): Promise<Receiver> {
  const accepted: Received[] = [];
  const requests: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const received = { headers: request.headers, body, event: JSON.parse(body) };
    requests.push(received);
    response.once('finish', () => {
      if (response.statusCode < 300) accepted.push(received);
    });
    respond(response, received);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  t.teardown(stop);
  return { url: `http://127.0.0.1:${address.port}/hooks`, port: address.port, accepted, requests, stop };
}

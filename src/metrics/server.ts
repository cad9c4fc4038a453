import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type { Metrics } from './metrics.ts';

/** The path of the metrics. */
export const METRICS_PATH = '/metrics';
/** More than one Prometheus and a person. */
const MAX_CONNECTIONS = 50;
/** The time for a request to arrive, in milliseconds. */
const REQUEST_TIMEOUT = 5_000;

/** Creates the HTTP server of the metrics. It has no other path, and does not depend on the service or the database. */
export function metricsServer(metrics: Metrics, log: FastifyBaseLogger): Server {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT, headersTimeout: REQUEST_TIMEOUT },
    handlerOf(metrics, log),
  );
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

const handlerOf =
  (metrics: Metrics, log: FastifyBaseLogger): RequestListener =>
  (request, response) => {
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    const { method, url = '' } = request;
    if (url.split('?', 1)[0] !== METRICS_PATH) {
      sendText(response, 404, `Only ${METRICS_PATH} exists\n`);
    } else if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      sendText(response, 405, 'Only GET and HEAD are allowed\n');
    } else {
      metrics.text().then(
        (text) => sendText(response, 200, text, metrics.contentType),
        (err) => {
          log.error({ err }, 'The metrics could not be read');
          sendText(response, 500, 'The metrics could not be read\n');
        },
      );
    }
  };

function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}

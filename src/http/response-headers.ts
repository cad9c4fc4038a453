import fp from 'fastify-plugin';
import { logDisconnect } from '../logging/request-log.ts';

/**
 * The headers of every response; routes and errors replace single ones. The policies are those that Helmet and OWASP's
 * REST guidance set for an API: JSON needs no rights in a browser. No cache may store a response unless its route says
 * so. Every response varies by `Origin` (CORS) and `Accept` (errors have two representations).
 */
export const DEFAULT_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  vary: 'Origin, Accept',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** `Strict-Transport-Security` must not be sent over plain HTTP (RFC 6797, 7.2). */
const HTTPS_HEADERS = {
  ...DEFAULT_HEADERS,
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
};

/**
 * Sets the default headers before anything else.
 *
 * @param behindProxy Whether there are trusted proxies, which say in `X-Forwarded-Proto` that a request came over https.
 * The service itself speaks plain HTTP only.
 */
export const defaultHeaders = fp<{ behindProxy: boolean }>(
  async (app, { behindProxy }) => {
    app.addHook('onRequest', (request, reply, done) => {
      reply.headers(behindProxy && request.protocol === 'https' ? HTTPS_HEADERS : DEFAULT_HEADERS);
      done();
    });
  },
  { name: 'default-headers' },
);

/**
 * Gives every response `X-Request-Id` and `X-Process-Time`, the seconds that it took, with four decimals. While the
 * service stops, each response is the last one on its connection.
 */
export const responseHeaders = fp(
  async (app) => {
    app.addHook('onSend', (request, reply, payload, done) => {
      reply.header('x-request-id', request.id);
      reply.header('x-process-time', (reply.elapsedTime / 1000).toFixed(4));
      if (request.socket.destroyed) logDisconnect(request, reply);
      // A connection that is kept alive would hold up the stop until it times out.
      if (app.lifecycle.isStopping) reply.header('connection', 'close');
      done(null, payload);
    });
  },
  { name: 'response-headers', dependencies: ['lifecycle'] },
);

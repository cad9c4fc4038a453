import { parse } from 'fast-querystring';
import fp from 'fastify-plugin';
import { MalformedRequest } from './errors.ts';

/** The parameters of a query string that cannot be decoded. The router cannot throw, so this object marks the request. */
const MALFORMED: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Parses a query string: `+` is a space, a repeated parameter is an array, and percent escapes are UTF-8.
 *
 * A query string with an invalid escape, or an escape that is not UTF-8 (RFC 3629), is marked as malformed; the parser alone
 * would not decode it.
 */
export function parseQueryString(text: string): Record<string, unknown> {
  if (text.includes('%')) {
    try {
      decodeURIComponent(text);
    } catch {
      return MALFORMED;
    }
  }
  return parse(text);
}

/** Rejects requests with a malformed query string with 400, in the route group that registers it. */
export const queryStrings = fp(
  async (app) => {
    app.addHook('onRequest', (request, _reply, done) => {
      done(request.query === MALFORMED ? new MalformedRequest() : undefined);
    });
  },
  { name: 'query-strings' },
);

import type { IncomingMessage } from 'node:http';
import type { RawRequestDefaultExpression } from 'fastify';
import type { ErrorKind } from '../errors/define-error.ts';
import { ExpectationFailed, MalformedRequest, NotImplemented } from './errors.ts';

/** A path without a route for faulty requests, so that their errors pass all hooks. */
const NO_ROUTE = '/\\';

/** The host of a `Host` header with its optional port (RFC 9110, 7.2; RFC 3986, 3.2.2). */
const HOST = /^(\[[0-9a-fv.:]+\]|[\w\-.~%!$&'()*+,;=]*)(:[0-9]*)?$/i;
const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

const faults = new WeakMap<IncomingMessage, ErrorKind>();

/** The fault in the head of a request, independent of routes; undefined if there is none. */
export const requestFault = (request: IncomingMessage): ErrorKind | undefined => faults.get(request);

/**
 * The URL by which Fastify routes a request: its path and query, without the versioned base. If the client sent an absolute
 * URL (RFC 9112, 3.2.2) or a fragment, the original URL is also reduced to path and query.
 *
 * A request with a fault in its head is routed to {@link NO_ROUTE}; see {@link requestFault}.
 */
export function routedUrl(request: RawRequestDefaultExpression & { originalUrl?: string }): string {
  const { method, url = '' } = request;
  const target = url.startsWith('/') && !url.includes('#') ? url : originForm(url, method);
  if (target !== url) request.originalUrl = target;
  const fault = target === '' || !isDecodable(target) ? MalformedRequest : headFault(request);
  if (fault === undefined) return withoutBase(target);
  faults.set(request, fault);
  return NO_ROUTE;
}

/** Path and query of a request target (RFC 9112, 3.2), or the `*` of OPTIONS; empty for a target of another form. */
function originForm(url: string, method: string | undefined): string {
  const [target = ''] = url.split('#', 1);
  if (target.startsWith('/') || (target === '*' && method === 'OPTIONS')) return target;
  if (!ABSOLUTE_FORM.test(target)) return '';
  const rest = target.replace(ABSOLUTE_FORM, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Whether the path is percent-encoded UTF-8. */
function isDecodable(target: string): boolean {
  if (!target.includes('%')) return true;
  try {
    decodeURIComponent(target.split('?', 1)[0] ?? '');
    return true;
  } catch {
    return false;
  }
}

function headFault(request: IncomingMessage): ErrorKind | undefined {
  const { headers, httpVersion } = request;
  if (!hasValidHost(request)) return MalformedRequest;
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return NotImplemented;
  const isExpectant = headers.expect !== undefined && httpVersion === '1.1';
  return isExpectant && headers.expect?.toLowerCase() !== '100-continue' ? ExpectationFailed : undefined;
}

/** Whether there is exactly one valid `Host` (RFC 9112, 3.2); HTTP/1.0 does not require it. */
function hasValidHost({ headers: { host }, rawHeaders, httpVersion }: IncomingMessage): boolean {
  if (host === undefined) return httpVersion !== '1.1';
  if (!HOST.test(host)) return false;
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count <= 1;
}

/** The stable, versioned base: all paths are also available under it. */
export const VERSIONED_BASE = '/v1';

/** The URL without the versioned base, which routes a request. */
export function withoutBase(url: string): string {
  if (!url.startsWith(VERSIONED_BASE)) return url;
  const rest = url.slice(VERSIONED_BASE.length);
  return rest.startsWith('/') ? rest : rest === '' || rest.startsWith('?') ? `/${rest}` : url;
}

/** The path of a resource under the base that the client used. */
export function pathUnderBase(originalUrl: string, path: string): string {
  return withoutBase(originalUrl) === originalUrl ? path : VERSIONED_BASE + path;
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { REVALIDATED } from './conditional-requests.ts';
import { pathUnderBase } from './request-target.ts';

/** A page of a list, as far as its headers depend on it. */
export interface PageDescription {
  /** The path of the list, without a base. */
  path: string;
  /** The validated query. */
  query: object;
  /** The cursor of the next page; undefined on the last one. */
  next: string | undefined;
  /** The number of rows on all pages; undefined when it was not asked for. */
  total: number | undefined;
}

/**
 * Sets the headers of a page: how it may be cached, where the next one is (`Link`, RFC 8288), and the total. The link
 * consists of the base that the client used, the path of the list and the validated query, and nothing else of the
 * request target.
 */
export function describePage(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, query, next, total }: PageDescription,
): void {
  reply.header('cache-control', REVALIDATED);
  if (total !== undefined) reply.header('x-total-count', total);
  if (next === undefined) return;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, cursor: next })) parameters.set(name, String(value));
  reply.header('link', `<${pathUnderBase(request.originalUrl, path)}?${parameters}>; rel="next"`);
}

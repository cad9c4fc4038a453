import type { FastifyReply, FastifyRequest } from 'fastify';
import { REVALIDATED } from './conditional-requests.ts';
import { pathUnderBase } from './request-target.ts';

/** The parts of a page that its headers depend on. */
export interface PageDescription {
  /** The path of the list, without a base. */
  path: string;
  /** The validated query. */
  query: object;
  /** The cursor of the next page; undefined on the last page. */
  next: string | undefined;
  /** The number of rows on all pages; undefined if it was not requested. */
  total: number | undefined;
}

/**
 * Sets the headers of a page: caching, the link to the next page (`Link`, RFC 8288), and the total. The link consists of
 * the base that the client used, the path of the list and the validated query, without other parts of the request target.
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

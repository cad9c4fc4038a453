import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { pathUnderBase } from './request-target.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The `Cache-Control` of lists that every caller sees alike. */
    listCaching: string;
  }
}

/** The `Cache-Control` of a page: a client may store it, and must revalidate it. It has no entity tag. */
export const REVALIDATED_PAGE = 'private, no-cache';

/**
 * Provides the `Cache-Control` of lists.
 *
 * @param cacheSeconds The time that any cache may return a list without asking the service; 0: not at all.
 */
export const pagination = fp<{ cacheSeconds: number }>(
  async (app, { cacheSeconds }) => {
    app.decorate('listCaching', cacheSeconds > 0 ? `public, max-age=${cacheSeconds}` : REVALIDATED_PAGE);
  },
  { name: 'pagination' },
);

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
  /** The `Cache-Control`. */
  caching: string;
}

/**
 * Sets the headers of a page: caching, the link to the next page (`Link`, RFC 8288), and the total. The link consists of
 * the base that the client used, the path of the list and the validated query, without other parts of the request target.
 */
export function describePage(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, query, next, total, caching }: PageDescription,
): void {
  reply.header('cache-control', caching);
  if (total !== undefined) reply.header('x-total-count', total);
  if (next === undefined) return;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, cursor: next })) parameters.set(name, String(value));
  reply.header('link', `<${pathUnderBase(request.originalUrl, path)}?${parameters}>; rel="next"`);
}

import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Says where the next page is (`Link`, RFC 8288) and, where it was asked for, how many rows there are in all.
 *
 * @param next The cursor of the next page; undefined on the last one.
 * @param total The number of rows on all pages; undefined when nobody asked.
 */
export function describePage(
  request: FastifyRequest,
  reply: FastifyReply,
  next: string | undefined,
  total: number | undefined,
): void {
  if (total !== undefined) reply.header('x-total-count', total);
  if (next === undefined) return;
  const [path] = request.originalUrl.split('?', 1);
  const parameters = { ...(request.query as Record<string, string>), cursor: next };
  reply.header('link', `<${path}?${new URLSearchParams(parameters)}>; rel="next"`);
}

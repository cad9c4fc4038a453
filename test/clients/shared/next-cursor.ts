/** The cursor of the next page from a `Link` header (RFC 8288); undefined on the last page. */
export function nextCursor(link: string | null | undefined): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="next"/.exec(link ?? '')?.[1];
  if (target === undefined) return undefined;
  return new URL(target, 'http://localhost').searchParams.get('cursor') ?? undefined;
}

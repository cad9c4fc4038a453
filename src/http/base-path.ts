/** The stable, versioned base under which every path answers as it does without it. */
export const VERSIONED_BASE = '/v1';

/** The path of the route that answers a URL: the URL without the versioned base. */
export function withoutBase(url: string): string {
  if (!url.startsWith(VERSIONED_BASE)) return url;
  const rest = url.slice(VERSIONED_BASE.length);
  return rest.startsWith('/') ? rest : rest === '' || rest.startsWith('?') ? `/${rest}` : url;
}

/** The path of a resource under the base that the client used. */
export function pathUnderBase(originalUrl: string, path: string): string {
  return withoutBase(originalUrl) === originalUrl ? path : VERSIONED_BASE + path;
}

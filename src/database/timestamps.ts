const UTC_RENDERING = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?\+00$/;

/**
 * Turns PostgreSQL's rendering of a `timestamptz(3)`, such as `2026-11-20 07:28:35.12+00`, into RFC 3339 in UTC
 * with milliseconds: `2026-11-20T07:28:35.120Z`.
 */
export function isoTimestamp(text: string): string {
  if (!UTC_RENDERING.test(text)) return new Date(text).toISOString();
  const milliseconds = text.slice(20, -3).padEnd(3, '0');
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${milliseconds}Z`;
}

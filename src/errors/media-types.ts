import Negotiator from 'negotiator';

// The types exactly as the document names them: some generated clients tell the two apart by comparing the whole
// header. Neither has a charset parameter (RFC 8259, 11; RFC 9457, 6.1): JSON is UTF-8.
export const JSON_MEDIA_TYPE = 'application/json';
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The parameters of a media range, its weight excepted; the value may be quoted and contain commas. */
const PARAMETERS = /;(?!\s*q\s*=)[^;,="]*(?:=(?:\s*"(?:[^"\\]|\\.)*"|[^;,"]*))?/gi;

/**
 * The media types of the service that an `Accept` header takes, the preferred one first (RFC 9110, 12.5.1). An empty
 * header is like none. JSON defines no parameters, so `application/json; charset=utf-8` takes it too.
 *
 * @param accept The header; undefined when there is none.
 */
export function acceptedMediaTypes(accept: string | undefined): string[] {
  const offered = [JSON_MEDIA_TYPE, PROBLEM_MEDIA_TYPE];
  if (accept === undefined || /^[\s,]*$/.test(accept)) return offered;
  const header = accept.includes(';') ? accept.replace(PARAMETERS, '') : accept;
  return new Negotiator({ headers: { accept: header } }).mediaTypes(offered);
}

import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { visit } from 'jsonc-parser';
import type { ServiceError } from '../errors/define-error.ts';
import { MalformedJson, UnsupportedMediaType } from './errors.ts';
import { MERGE_PATCH } from './requests.ts';

/** Parses request bodies: only JSON in UTF-8, and merge patches only for PATCH. */
export const bodyParsing = fp(
  async (app) => {
    app.removeAllContentTypeParsers();
    app.addHttpMethod('DELETE', { hasBody: false, overrideExisting: true });
    app.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer' },
      async (request: FastifyRequest, body: Buffer) => parseJson(request, body),
    );
    app.addContentTypeParser(
      MERGE_PATCH,
      { parseAs: 'buffer' },
      async (request: FastifyRequest, body: Buffer) => {
        if (request.method !== 'PATCH') throw new UnsupportedMediaType();
        return parseJson(request, body);
      },
    );
  },
  { name: 'body-parsing' },
);

/** The value of a JSON body; undefined if the body is empty. */
function parseJson({ headers }: FastifyRequest, body: Buffer): unknown {
  const { 'content-encoding': encoding, 'content-type': type = '' } = headers;
  if (encoding !== undefined && !isIdentity(encoding)) {
    throw new UnsupportedMediaType({ headers: { 'accept-encoding': 'identity' } });
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type)?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) throw new UnsupportedMediaType();
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw malformed('The body is not valid UTF-8');
  const text = body.toString();
  const value = parsed(text);
  const surrogate = SURROGATE.test(text) ? loneSurrogate(text) : undefined;
  if (surrogate !== undefined) throw malformed('Unpaired surrogate in a string', surrogate);
  return value;
}

/** Whether a `Content-Encoding` does not change the body. Codings are case-insensitive (RFC 9110, 8.4.1). */
const isIdentity = (encoding: string) =>
  encoding.split(',').every((coding) => /^(identity)?$/i.test(coding.trim()));

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed('JSON decode error', firstError(text), cause);
  }
}

/**
 * Finds the offset of the first invalid token in a JSON text. V8 reports it in a message that differs between releases and
 * quotes the text.
 *
 * @returns undefined for text that nests too deeply for a recursive parser.
 */
function firstError(text: string): number | undefined {
  let first: number | undefined;
  const onError = (_code: number, offset: number) => {
    first ??= offset;
  };
  try {
    visit(text, { onError }, { disallowComments: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return first;
}

/** An escape of a surrogate. It is rare: only texts with one need the slower search below. */
const SURROGATE = /\\ud[89a-f]/i;

/** Each escape in a valid JSON text: a surrogate pair is one match; a lone surrogate is captured. */
const ESCAPES = /\\(?:ud[89ab]..\\ud[c-f]..|(ud[89a-f])|.)/gi;

/** The offset of the first lone surrogate (RFC 7493, 2.1): such text cannot be stored unchanged. */
export function loneSurrogate(text: string): number | undefined {
  for (const { index, 1: lone } of text.matchAll(ESCAPES)) if (lone !== undefined) return index;
  return undefined;
}

function malformed(msg: string, offset?: number, cause?: unknown): ServiceError {
  const loc = offset === undefined ? ['body'] : ['body', offset];
  return new MalformedJson({ cause, details: [{ type: 'json_invalid', loc, msg }] });
}

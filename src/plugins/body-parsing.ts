import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { ServiceError } from '../errors/service-error.ts';
import { MERGE_PATCH } from '../http/requests.ts';

/** Reads request bodies: JSON in UTF-8 and nothing else; merge patches only where something is patched. */
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
        if (request.method !== 'PATCH') throw new ServiceError('unsupported_media_type');
        return parseJson(request, body);
      },
    );
  },
  { name: 'body-parsing' },
);

/** The value of a JSON body; undefined when the body is empty. */
function parseJson(request: FastifyRequest, body: Buffer): unknown {
  const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = request.headers;
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type)?.[1] ?? 'utf-8';
  if (encoding !== 'identity' || !/^utf-?8$/i.test(charset)) throw new ServiceError('unsupported_media_type');
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw malformed('The body is not valid UTF-8');
  const text = body.toString();
  try {
    return LONE_SURROGATE.test(text) ? JSON.parse(text, refuseLoneSurrogates) : JSON.parse(text);
  } catch (cause) {
    throw malformed('JSON decode error', cause);
  }
}

/** An escape that may stand for half a character (RFC 7493, 2.1): such text cannot be stored as it was sent. */
const LONE_SURROGATE = /\\ud[89a-f]/i;

function refuseLoneSurrogates(key: string, value: unknown): unknown {
  if (!key.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) {
    throw new SyntaxError('lone surrogate');
  }
  return value;
}

function malformed(msg: string, cause?: unknown): ServiceError {
  const position = /position (\d+)/.exec(cause instanceof Error ? cause.message : '')?.[1];
  const loc = position === undefined ? ['body'] : ['body', Number(position)];
  return new ServiceError('malformed_json', { cause, details: [{ type: 'json_invalid', loc, msg }] });
}

import { Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { ErrorDetail } from '../../schemas/error.ts';
import { previewText } from '../validation/failures.ts';
import { MalformedRequest } from './errors.ts';

/** The media type of a JSON Merge Patch (RFC 7396). */
export const MERGE_PATCH = 'application/merge-patch+json';

/** The media types of the body of an update. */
export const PATCH_TYPES = [MERGE_PATCH, 'application/json'];

/** The value of `Accept-Patch` (RFC 5789, 3.1). */
export const ACCEPT_PATCH = PATCH_TYPES.join(', ');

/** The specification of merge patches. */
export const MERGE_PATCH_DOCS = {
  description: 'JSON Merge Patch (RFC 7396)',
  url: 'https://www.rfc-editor.org/rfc/rfc7396',
};

/** The query parameters of an operation without any: each one is rejected. */
export const NoQuery = Type.Object({}, { additionalProperties: false });

/** The failure of a PUT with this `Content-Range`. */
export const contentRangeRefused = (range: string): ErrorDetail => ({
  type: 'value_error',
  loc: ['header', 'content-range'],
  msg: 'Value error, PUT replaces a whole resource and does not support ranges',
  input: previewText(range),
});

/** Rejects a PUT with `Content-Range` with 400: it would replace a resource with a part of it (RFC 9110, 14.5). */
export function refusePartialPut(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  const range = request.headers['content-range'];
  if (range === undefined) done();
  else done(new MalformedRequest({ details: [contentRangeRefused(range)] }));
}

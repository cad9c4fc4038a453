import { Type } from '@sinclair/typebox';

/** The media type of a JSON Merge Patch (RFC 7396). */
export const MERGE_PATCH = 'application/merge-patch+json';

/** The media types that the body of an update may have. */
export const PATCH_TYPES = [MERGE_PATCH, 'application/json'];

/** Where a merge patch is explained. */
export const MERGE_PATCH_DOCS = {
  description: 'JSON Merge Patch (RFC 7396)',
  url: 'https://www.rfc-editor.org/rfc/rfc7396',
};

/** Query parameters of an operation that has none: each one is refused. */
export const NoQuery = Type.Object({}, { additionalProperties: false });

import { Type } from '@sinclair/typebox';
import { PreconditionFailed } from './errors.ts';

/** An entity tag (RFC 9110, 8.8.3). Node.js decodes each byte above 0x7f as the code unit with the same number. */
const ENTITY_TAG = '(W/)?"[!#-~\\u0080-\\u00ff]*"';

/** `*`, or a list of entity tags, in which elements may be empty (RFC 9110, 5.6.1.2). */
const ENTITY_TAGS = `^(\\*|(${ENTITY_TAG})?([ \\t]*,([ \\t]*${ENTITY_TAG})?)*)$`;

const entityTags = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: ENTITY_TAGS,
      maxLength: 2000,
      description,
      examples: ['"0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35"'],
    }),
  );

/** The headers of a conditional read. */
export const ReadPreconditions = Type.Object({
  'If-Match': entityTags(
    'Reads the resource only if it has one of these entity tags (`*` matches every entity tag); otherwise the response is 412.',
  ),
  'If-None-Match': entityTags(
    'The response is 304 if the resource has one of these entity tags (`*` matches every entity tag).',
  ),
});

/** The headers of a conditional write. */
export const WritePreconditions = Type.Object({
  'If-Match': entityTags(
    'Writes the resource only if it has one of these entity tags (`*` matches every entity tag); otherwise the response is 412.',
  ),
  'If-None-Match': entityTags(
    'Writes the resource only if it has none of these entity tags (`*` matches every entity tag); otherwise the response is 412.',
  ),
});

/** The preconditions of a request, under the header names of Node.js. */
export interface ConditionalHeaders {
  'if-match'?: string | undefined;
  'if-none-match'?: string | undefined;
}

/**
 * The `Cache-Control` of a read: clients may store it, and must revalidate it; shared caches must not store it. A proxy that
 * compresses a response makes its entity tag weak, and a write with `If-Match` would fail: it must not transform it.
 */
export const REVALIDATED = 'private, no-cache, no-transform';

/** The `Cache-Control` of a write that returns an entity tag, and of a stream: the same, and no cache may store it. */
export const UNSTORED = 'no-store, no-transform';

/** The entity tag of a version: strong, because a version always has the same bytes. */
export const entityTag = (version: string): string => `"${version}"`;

/**
 * Evaluates the preconditions of a read, in the order of RFC 9110, 13.2.2: `If-Match` (13.1.1, strong comparison), then
 * `If-None-Match` (13.1.2, weak comparison).
 *
 * @param version The current version of the resource.
 * @returns Whether the client has this version, so that the response is 304.
 * @throws {ServiceError} 412 if `If-Match` is false.
 */
export function isNotModified(headers: ConditionalHeaders, version: string): boolean {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch !== undefined && requiredVersions(ifMatch)?.includes(version) === false)
    throw new PreconditionFailed();
  return (
    ifNoneMatch !== undefined && (ifNoneMatch === '*' || excludedVersions(ifNoneMatch).includes(version))
  );
}

const UNCONDITIONAL = { required: undefined, excluded: undefined };

/**
 * Translates the preconditions of a write: the row must have one of the `required` versions (undefined means every version),
 * and none of the `excluded` ones.
 */
export function writePreconditions({
  'if-match': ifMatch,
  'if-none-match': ifNoneMatch,
}: ConditionalHeaders): {
  required: readonly string[] | undefined;
  excluded: readonly string[] | undefined;
} {
  if (ifMatch === undefined && ifNoneMatch === undefined) return UNCONDITIONAL;
  // `If-None-Match: *` is false for every version.
  if (ifNoneMatch === '*') return { required: [], excluded: undefined };
  return {
    required: ifMatch === undefined ? undefined : requiredVersions(ifMatch)?.filter(isOfRow),
    excluded: ifNoneMatch === undefined ? undefined : excludedVersions(ifNoneMatch).filter(isOfRow),
  };
}

/**
 * Evaluates the preconditions of a create. Its target is the collection, which exists and has no entity tag: it matches
 * `*`, but no entity tag.
 *
 * @throws {ServiceError} 412 if one of them is false.
 */
export function checkCreatePreconditions({
  'if-match': ifMatch,
  'if-none-match': ifNoneMatch,
}: ConditionalHeaders): void {
  if ((ifMatch !== undefined && ifMatch !== '*') || ifNoneMatch === '*') throw new PreconditionFailed();
}

/** The versions in `If-Match`; undefined for `*`. Weak tags match nothing. */
const requiredVersions = (ifMatch: string): string[] | undefined =>
  ifMatch === '*' ? undefined : tagsIn(ifMatch).flatMap(({ weak, version }) => (weak ? [] : [version]));

/** The versions in a list of `If-None-Match`, weak or strong. */
const excludedVersions = (ifNoneMatch: string): string[] => tagsIn(ifNoneMatch).map(({ version }) => version);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether the version is valid for a row: the database rejects others. */
const isOfRow = (version: string) => UUID.test(version);

function tagsIn(header: string): { weak: boolean; version: string }[] {
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].map(([, weak, version = '']) => ({
    weak: weak !== undefined,
    version,
  }));
}

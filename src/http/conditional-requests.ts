import { Type } from '@sinclair/typebox';

/** `*`, or a list of entity tags (RFC 9110, 8.8.3); the blanks around a header's value are not part of it. */
const ENTITY_TAGS = '^(\\*|(W/)?"[!#-~]*"([ \\t]*,[ \\t]*(W/)?"[!#-~]*")*)$';

const entityTags = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: ENTITY_TAGS,
      maxLength: 2000,
      description,
      examples: ['"0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35"'],
    }),
  );

/** The header of a conditional read. */
export const IfNoneMatch = Type.Object({
  'If-None-Match': entityTags(
    'Answer 304 if the resource still has one of these entity tags, or, for `*`, any.',
  ),
});

/** The header of a conditional write. */
export const IfMatch = Type.Object({
  'If-Match': entityTags(
    'Write only if the resource has one of these entity tags, or, for `*`, any; otherwise answer 412.',
  ),
});

/** The entity tag of a version: strong, because the same version is always the same bytes. */
export const entityTag = (version: string): string => `"${version}"`;

/** Whether the client holds this version already (RFC 9110, 13.1.2: weak comparison). */
export function isKnown(ifNoneMatch: string | undefined, version: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || tags(ifNoneMatch).some(({ version: known }) => known === version);
}

/**
 * The versions that a write is bound to (RFC 9110, 13.1.1: strong comparison); undefined when it is bound to
 * none. Tags that we never gave out match nothing.
 */
export function requiredVersions(ifMatch: string | undefined): string[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  return tags(ifMatch)
    .filter(({ weak, version }) => !weak && UUID.test(version))
    .map(({ version }) => version);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function tags(header: string): { weak: boolean; version: string }[] {
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].map(([, weak, version = '']) => ({
    weak: weak !== undefined,
    version,
  }));
}

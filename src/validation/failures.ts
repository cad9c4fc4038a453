import type { ErrorObject } from 'ajv';
import type { ErrorDetail } from '../../schemas/error.ts';
import type { Failures } from '../errors/define-error.ts';
import { failureText } from './messages.ts';

const MAX_FAILURES = 100;
/** Keeps a response below 32 KiB, including its envelope and headers. */
const MAX_BYTES = 24 * 1024;

/** One part of a request and all errors of its validator. */
export interface PartErrors {
  /** The first element of `loc`. */
  part: 'body' | 'query' | 'path' | 'header';
  /** The validated value; undefined if it is absent. */
  value: unknown;
  errors: readonly ErrorObject[];
}

/** Lists the failures of a request by part, up to 100 failures and 24 KiB. */
export function listFailures(parts: readonly PartErrors[]): Failures {
  const details: ErrorDetail[] = [];
  let bytes = 0;
  for (const part of parts) {
    for (const error of part.errors) {
      if (isUnionNoise(error)) continue;
      const detail = failure(error, part);
      bytes += Buffer.byteLength(JSON.stringify(detail));
      if (details.length === MAX_FAILURES || bytes > MAX_BYTES) return { details, truncated: true };
      details.push(detail);
    }
  }
  return { details, truncated: false };
}

/**
 * An invalid nullable field fails three times: against its type, against null, and against the union.
 * Only the first failure is useful.
 */
function isUnionNoise({ keyword, schema }: ErrorObject): boolean {
  return keyword === 'anyOf' || (keyword === 'type' && schema === 'null');
}

function failure(error: ErrorObject, { part, value }: PartErrors): ErrorDetail {
  if (value === undefined) return { type: 'missing', loc: [part], msg: 'Field required', input: null };
  const path = location(error.instancePath, value);
  const { missingProperty, additionalProperty } = error.params;
  const name: string | undefined = missingProperty ?? additionalProperty;
  const input =
    additionalProperty === undefined
      ? error.data
      : (error.data as Record<string, unknown>)[additionalProperty];
  const { type, msg } = failureText(error, part !== 'body');
  const loc = [part, ...path, ...(name === undefined ? [] : [previewText(name)])];
  // The order of the members is the order in the response, as in FastAPI.
  return { type, loc, msg, input: preview(input) };
}

/** The elements of a JSON pointer (RFC 6901); array indices become numbers. */
function location(pointer: string, root: unknown): (string | number)[] {
  let current = root;
  return pointer
    .split('/')
    .slice(1)
    .map((token) => {
      const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
      const element = Array.isArray(current) ? Number(name) : name;
      current = (current as Record<string, unknown>)[name];
      return element;
    });
}

const MAX_TEXT = 100;
const MAX_ENTRIES = 10;
const MAX_DEPTH = 2;

/** The first 100 characters of a text, with an ellipsis if it is longer. */
export function previewText(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT).toWellFormed()}…` : text;
}

/**
 * A copy of a JSON value of limited size: texts have at most 100 characters, objects and arrays 10 entries and two
 * levels. An ellipsis replaces omitted parts.
 */
export function preview(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return previewText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ENTRIES).map((item) => preview(item, depth + 1));
    return value.length > MAX_ENTRIES ? [...items, '…'] : items;
  }
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, MAX_ENTRIES)
    .map(([key, item]) => [previewText(key), preview(item, depth + 1)]);
  return Object.fromEntries(entries.length > MAX_ENTRIES ? [...shown, ['…', '…']] : shown);
}

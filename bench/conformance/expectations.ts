import { isDeepStrictEqual } from 'node:util';
import type { PeerResponse } from './client.ts';
import { violations } from './contract.ts';

/** A violation of the contract. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
  readonly expected: unknown;
  readonly got: unknown;

  constructor(what: string, expected: unknown, got: unknown) {
    super(what);
    this.expected = expected;
    this.got = got;
  }
}

/** The names of errors that are part of the contract, by status. */
const errorNames: Readonly<Record<number, string>> = {
  404: 'NotFoundError',
  409: 'ConflictError',
  422: 'ValidationError',
};

/** Internals that only logs may contain: of the database, its driver, and the code. */
const internals =
  /songs_song_artist_key|duplicate key|\bINSERT INTO\b|\bSELECT\b.*\bFROM\b|Traceback|node_modules|\bat .+:\d+:\d+|goroutine \d/i;

/** @throws {Mismatch} if the values differ; the order of members is ignored. */
export function expectEqual(what: string, got: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(got, expected)) throw new Mismatch(what, expected, got);
}

/** @throws {Mismatch} if the statement is false. */
export function expectThat(what: string, holds: boolean, expected: unknown, got: unknown): void {
  if (!holds) throw new Mismatch(what, expected, got);
}

/** @throws {Mismatch} if the status is another one. */
export function expectStatus(response: PeerResponse, ...statuses: number[]): void {
  if (!statuses.includes(response.status)) {
    throw new Mismatch(
      `${response.of}: status`,
      statuses.join(' or '),
      `${response.status} ${response.text.slice(0, 300)}`,
    );
  }
}

/**
 * @param model The model of the body in openapi.json.
 * @returns The body.
 * @throws {Mismatch} if the media type is not JSON, or the body is not JSON or does not match the model.
 */
export function expectJson(response: PeerResponse, model: string): unknown {
  const type = response.headers['content-type'];
  const isJson = type !== undefined && /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type);
  expectThat(`${response.of}: content type`, isJson, 'application/json', type);
  const body = parse(response);
  expectEqual(`${response.of}: violations of ${model} in openapi.json`, violations(model, body), []);
  return body;
}

function parse({ of, text }: PeerResponse): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Mismatch(`${of}: body`, 'JSON', text.slice(0, 300));
  }
}

/** @throws {Mismatch} if the response is none of these errors, in the shape that all peers share. */
export function expectError(response: PeerResponse, ...statuses: number[]): void {
  expectStatus(response, ...statuses);
  const body = expectJson(response, 'ApiError');
  const name = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  const expected = errorNames[response.status];
  if (expected !== undefined) expectEqual(`${response.of}: the error's name`, name, expected);
  const leak = internals.exec(response.text)?.[0];
  expectEqual(`${response.of}: internals in the response`, leak, undefined);
}

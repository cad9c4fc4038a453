import { isDeepStrictEqual } from 'node:util';
import type { Answer } from './client.ts';
import { violations } from './contract.ts';

/** Something is not as the contract has it. */
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

/** The names of those errors whose name is part of the contract, by status. */
const errorNames: Readonly<Record<number, string>> = {
  404: 'NotFoundError',
  409: 'ConflictError',
  422: 'ValidationError',
};

/** What only a log should hold: of the database, its driver, and where in the code something went wrong. */
const internals =
  /songs_song_artist_key|duplicate key|\bINSERT INTO\b|\bSELECT\b.*\bFROM\b|Traceback|node_modules|\bat .+:\d+:\d+|goroutine \d/i;

/** @throws {Mismatch} when the values differ; the order of the members of an object does not count. */
export function expectEqual(what: string, got: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(got, expected)) throw new Mismatch(what, expected, got);
}

/** @throws {Mismatch} when the statement does not hold. */
export function expectThat(what: string, holds: boolean, expected: unknown, got: unknown): void {
  if (!holds) throw new Mismatch(what, expected, got);
}

/** @throws {Mismatch} when the status is none of those. */
export function expectStatus(answer: Answer, ...statuses: number[]): void {
  if (!statuses.includes(answer.status)) {
    throw new Mismatch(
      `${answer.of}: status`,
      statuses.join(' or '),
      `${answer.status} ${answer.text.slice(0, 300)}`,
    );
  }
}

/**
 * @param model The model of openapi.json that the body has to meet.
 * @returns the body.
 * @throws {Mismatch} when it is not JSON, is not called so, or does not meet the model.
 */
export function expectJson(answer: Answer, model: string): unknown {
  const type = answer.headers['content-type'];
  const isJson = type !== undefined && /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type);
  expectThat(`${answer.of}: content type`, isJson, 'application/json', type);
  const body = parse(answer);
  expectEqual(
    `${answer.of}: what ${model} in openapi.json has against the body`,
    violations(model, body),
    [],
  );
  return body;
}

function parse({ of, text }: Answer): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Mismatch(`${of}: body`, 'JSON', text.slice(0, 300));
  }
}

/** @throws {Mismatch} when the answer is not one of these errors, in the shape that all peers share. */
export function expectError(answer: Answer, ...statuses: number[]): void {
  expectStatus(answer, ...statuses);
  const body = expectJson(answer, 'ApiError');
  const name = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  const expected = errorNames[answer.status];
  if (expected !== undefined) expectEqual(`${answer.of}: the error's name`, name, expected);
  const leak = internals.exec(answer.text)?.[0];
  expectEqual(`${answer.of}: internals in the answer`, leak, undefined);
}

/** An inclusive range. */
export interface Range {
  from: number;
  to: number;
}

/** The numbers for requests, which a loaded database determines. */
export interface Loaded {
  songs: Range;
  tasks: Range;
  artists: Range;
}

/** The numbers for `{n}` in a request: random loaded ones, or each number once. */
export type Numbers = 'song ids' | 'task ids' | 'artists' | 'unique';

/** A kind of request, independent of a database. */
export interface RequestTemplate {
  method: string;
  /** May contain `{n}` for a number, like the body. */
  path: string;
  body?: string;
  numbers?: Numbers;
}

/** The requests of a load generator. */
export interface Requests {
  method: string;
  /** May contain `{n}` for the next number, like the body. */
  path: string;
  body?: string;
  /** Additional headers, whose values may also contain `{n}`. */
  headers?: Readonly<Record<string, string>>;
  /** The source of the numbers: random ones from a range, or a counter. */
  numbers?: { random: Range } | { countFrom: number };
}

/** Requests of one kind in a mix, and their share, in percent. */
export interface Share {
  percent: number;
  requests: Requests;
}

/** The distance between phases: no phase reaches the numbers of the next one. */
const NUMBERS_OF_A_PHASE = 100_000_000;

/**
 * The requests of a template for a loaded database.
 *
 * @param phase The number of the load on one database, from 0: unique numbers differ between phases.
 */
export function requestsOf(
  { method, path, body, numbers }: RequestTemplate,
  loaded: Loaded,
  phase: number,
): Requests {
  return {
    method,
    path,
    ...(body !== undefined && { body }),
    ...(numbers !== undefined && { numbers: sourceOf(numbers, loaded, phase) }),
  };
}

function sourceOf(numbers: Numbers, { songs, tasks, artists }: Loaded, phase: number) {
  switch (numbers) {
    case 'song ids':
      return { random: songs };
    case 'task ids':
      return { random: tasks };
    case 'artists':
      return { random: artists };
    case 'unique':
      return { countFrom: phase * NUMBERS_OF_A_PHASE };
  }
}

/**
 * Returns the numbers in order.
 *
 * @param random Returns numbers in [0, 1).
 */
export function numberSource(
  numbers: NonNullable<Requests['numbers']>,
  random: () => number = Math.random,
): () => number {
  if ('random' in numbers) {
    const { from, to } = numbers.random;
    return () => from + Math.floor(random() * (to - from + 1));
  }
  let next = numbers.countFrom;
  return () => next++;
}

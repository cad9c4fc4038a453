/** From the first to the last, both included. */
export interface Range {
  from: number;
  to: number;
}

/** The numbers that requests may hold, as loaded into a database. */
export interface Loaded {
  songs: Range;
  tasks: Range;
  artists: Range;
}

/** The numbers that take the place of `{n}` in a request: drawn from what is loaded, or each one once. */
export type Numbers = 'song ids' | 'task ids' | 'artists' | 'unique';

/** One kind of request, before it is known which numbers a database holds. */
export interface RequestTemplate {
  method: string;
  /** With `{n}` where a number goes; so may the body. */
  path: string;
  body?: string;
  numbers?: Numbers;
}

/** What a load generator sends, again and again. */
export interface Requests {
  method: string;
  /** With `{n}` where the next number goes; so may the body. */
  path: string;
  body?: string;
  /** Where the numbers come from: drawn at random from a range, or counted up. */
  numbers?: { random: Range } | { countFrom: number };
}

/** Requests of one kind among others, and how many of all requests they are, in percent. */
export interface Share {
  percent: number;
  requests: Requests;
}

/** So far apart that no phase gets to the numbers of the next. */
const NUMBERS_OF_A_PHASE = 100_000_000;

/**
 * The requests that a template gives on a loaded database.
 *
 * @param phase Counts what is sent to one database, from 0: unique numbers differ between phases.
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
 * The numbers one after the other.
 *
 * @param random Gives numbers from 0 up to, but not including, 1.
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

/** RFC 3339 in UTC with milliseconds. */
export const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** An equal value, a pattern of a text, or `Number` for any integer. */
export type Expected =
  | string
  | number
  | boolean
  | null
  | RegExp
  | NumberConstructor
  | readonly Expected[]
  | { readonly [name: string]: Expected };

/**
 * Compares all members of a JSON value with the expected ones, in any order.
 *
 * @returns The description of the first difference; undefined if there is none.
 */
export function differences(got: unknown, expected: Expected, place = 'the body'): string | undefined {
  if (expected === Number) return Number.isInteger(got) ? undefined : differ(place, got, 'an integer');
  if (expected instanceof RegExp) {
    return typeof got === 'string' && expected.test(got) ? undefined : differ(place, got, String(expected));
  }
  if (typeof expected !== 'object' || expected === null) {
    return Object.is(got, expected) ? undefined : differ(place, got, JSON.stringify(expected));
  }
  if (typeof got !== 'object' || got === null || Array.isArray(got) !== Array.isArray(expected)) {
    return differ(place, got, Array.isArray(expected) ? 'an array' : 'an object');
  }
  const members = new Map<string, unknown>(Object.entries(got));
  const wanted = Object.entries(expected);
  const extra = [...members.keys()].find((name) => !Object.hasOwn(expected, name));
  if (extra !== undefined) return `${place} has a member that is not to be there, "${extra}"`;
  for (const [name, value] of wanted) {
    if (!members.has(name)) return `${place} has no member "${name}"`;
    const difference = differences(members.get(name), value, `${place}, "${name}"`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

const differ = (place: string, got: unknown, wanted: string) =>
  `${place} is ${JSON.stringify(got)?.slice(0, 100)}, not ${wanted}`;

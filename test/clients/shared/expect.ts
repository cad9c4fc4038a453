import { strictEqual } from 'node:assert/strict';

/** Asserts that two values are equal; the compiler asserts that they are of one type. */
export const expectEqual = <T>(actual: T, expected: NoInfer<T>, what: string): void =>
  strictEqual(actual, expected, what);

/** The value, which has to be there. */
export function expectPresent<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`There is no ${what}`);
  return value;
}

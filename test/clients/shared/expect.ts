import { strictEqual } from 'node:assert/strict';

/** Asserts that two values are equal; the compiler checks that they have the same type. */
export const expectEqual = <T>(actual: T, expected: NoInfer<T>, what: string): void =>
  strictEqual(actual, expected, what);

/** Asserts that the value is present. */
export function expectPresent<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`There is no ${what}`);
  return value;
}

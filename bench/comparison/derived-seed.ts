import { createHash } from 'node:crypto';

/**
 * A seed of its own for one purpose of a run, so that no two purposes share their random numbers, and that those of
 * one stay as they are when another is left out.
 *
 * @returns An integer from 0 to 2 ** 31 - 1.
 */
export function deriveSeed(seed: number, ...purpose: readonly (string | number)[]): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...purpose]))
    .digest();
  return digest.readUInt32BE(0) >>> 1;
}

import { createHash } from 'node:crypto';

/**
 * The seed for one purpose of a run: purposes share no random numbers, and skipping one does not change the others.
 *
 * @returns An integer from 0 to 2 ** 31 - 1.
 */
export function deriveSeed(seed: number, ...purpose: readonly (string | number)[]): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...purpose]))
    .digest();
  return digest.readUInt32BE(0) >>> 1;
}

import { setTimeout as delay } from 'node:timers/promises';

/** In milliseconds: far more than a busy machine needs. */
const PATIENCE = 60_000;

/**
 * Waits until a condition holds, for as long as the machine needs.
 *
 * @param complaint Says what did not come, should it not hold after a minute.
 */
export async function until(condition: () => boolean | Promise<boolean>, complaint: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(complaint);
    await delay(20);
  }
}

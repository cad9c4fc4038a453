import { setTimeout as delay } from 'node:timers/promises';

/** In milliseconds; long enough for a busy machine. */
const PATIENCE = 60_000;

/**
 * Waits until a condition is true.
 *
 * @param complaint The error message if it is still false after a minute.
 */
export async function until(condition: () => boolean | Promise<boolean>, complaint: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(complaint);
    await delay(20);
  }
}

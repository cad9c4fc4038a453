/** The signals that ask for a graceful stop; SIGHUP says that the terminal was closed. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** How long a second signal counts as an echo of the first, in milliseconds: npm forwards each Ctrl-C once more. */
const ECHO = 1_000;

/**
 * Resolves with the first signal that asks for a stop. Call it before anything else: as process 1, as in a container,
 * a process without a handler does not receive the signal at all.
 *
 * @param onSecond Called for each signal that comes a second or more after the first.
 */
export function stopSignal(onSecond: (signal: NodeJS.Signals) => void): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of STOP_SIGNALS) {
      process.on(signal, () => {
        first ??= performance.now();
        if (performance.now() - first < ECHO) resolve(signal);
        else onSecond(signal);
      });
    }
  });
}

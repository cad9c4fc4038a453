/** The signals for a graceful shutdown; SIGHUP is sent when the terminal is closed. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** The time in milliseconds in which a second signal is ignored: npm forwards each Ctrl-C a second time. */
const ECHO = 1_000;

/**
 * Resolves with the first signal for shutdown. Call it before anything else: process 1, as in a container, does not
 * receive signals without a handler.
 *
 * @param onSecond Called for each signal a second or more after the first one.
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

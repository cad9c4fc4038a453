/** The person who started the benchmark, or a supervisor, ended it. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Turns the signals that end a process into one that ends what is under way, so that everything that was started
 * is ended and removed on the way out.
 */
export function interruptionBySignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => controller.abort(new Interrupted(`Ended by ${signal}`)));
  }
  return controller.signal;
}

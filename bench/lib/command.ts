// How the lab's commands end.

/** The arguments cannot be understood; the message is for the person who gave them. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

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

/**
 * Says on standard error why a command ends, and sets its exit code: 130 for an interruption, as shells do, 1 for
 * everything else.
 *
 * @param usage What is shown to who gave arguments that cannot be understood.
 */
export function reportFailure(error: unknown, usage: string): void {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${usage}\n`);
  else if (error instanceof Interrupted) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = error instanceof Interrupted ? 130 : 1;
}

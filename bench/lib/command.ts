// Errors and interruptions of the lab's commands.

/** The arguments are invalid; the message is for the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A signal interrupted the command. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Turns SIGINT and SIGTERM into an `AbortSignal`, so that the command stops its processes and removes its files before it
 * exits.
 */
export function interruptionBySignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => controller.abort(new Interrupted(`Interrupted by ${signal}`)));
  }
  return controller.signal;
}

/**
 * Prints the reason of a failure on standard error, and sets the exit code: 130 for an interruption, like shells, and 1
 * for everything else.
 *
 * @param usage Printed if the arguments are invalid.
 */
export function reportFailure(error: unknown, usage: string): void {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${usage}\n`);
  else if (error instanceof Interrupted) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = error instanceof Interrupted ? 130 : 1;
}

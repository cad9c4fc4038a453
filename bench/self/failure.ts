import { Interrupted } from './interruption.ts';
import { UsageError } from './usage-error.ts';

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

import pino from 'pino';

/** Where log lines go; see {@link logDestination}. */
export interface LogDestination {
  write(line: string): void;
  /** Writes at once what has not been written yet. */
  flushSync(): void;
}

/**
 * Writes log lines to a file descriptor in the background: those of one turn of the event loop together, as each
 * write costs more than the line. What is not written yet when the process ends by itself, or after a fatal error,
 * is written then.
 *
 * @param fd The file descriptor; by default standard output.
 */
export function logDestination(fd = 1): LogDestination {
  const destination = pino.destination({ fd, sync: false });
  let lines = '';
  const write = () => {
    if (lines !== '') destination.write(lines);
    lines = '';
  };
  const flushSync = () => {
    write();
    destination.flushSync();
  };
  process.once('exit', flushSync);
  return {
    write(line) {
      if (lines === '') setImmediate(write);
      lines += line;
    },
    flushSync,
  };
}

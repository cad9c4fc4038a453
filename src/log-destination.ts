import pino from 'pino';

/** Where log lines go; see {@link logDestination}. */
export interface LogDestination {
  write(line: string): void;
  /** Writes at once what has not been written yet. */
  flushSync(): void;
}

/**
 * Writes log lines to a file descriptor, those of one turn of the event loop together at its end: each write costs
 * more than the line. What is not written yet when the process ends by itself, or after a fatal error, is written
 * then. Who reads the log too slowly slows the service down rather than filling its memory.
 *
 * @param fd The file descriptor; by default standard output.
 */
export function logDestination(fd = 1): LogDestination {
  const destination = pino.destination({ fd, sync: true });
  let lines = '';
  const write = () => {
    if (lines !== '') destination.write(lines);
    lines = '';
  };
  process.once('exit', write);
  return {
    write(line) {
      if (lines === '') setImmediate(write);
      lines += line;
    },
    flushSync: write,
  };
}

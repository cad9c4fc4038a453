import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';

/** The destination of log lines; see {@link logDestination}. */
export interface LogDestination {
  write(line: string): void;
  /** Writes the remaining lines synchronously, for at most a second. */
  flushSync(): void;
}

/** The size of the buffer for a slow reader in characters; further lines are dropped. */
const CAPACITY = 8 * 1024 * 1024;
/** The delay before a retry in milliseconds, for a slow reader and after a failed write. */
const RETRY_SLOW = 20;
const RETRY_FAILED = 1_000;
/** The maximum duration of a synchronous flush in milliseconds. */
const FLUSH_DEADLINE = 1_000;

/**
 * Writes log lines to standard output without blocking the event loop. The lines of one turn of the event loop are one
 * write, because a write costs more than a line. If the reader is slow, the disk is full or the pipe is closed, lines
 * are buffered. If the buffer is full, lines are dropped and counted, and a line with the count follows when lines can
 * be written again.
 *
 * The remaining lines are written when the process exits and after a fatal error, for at most a second each.
 *
 * @param format Converts a JSON line to the text to write; by default the line is unchanged.
 */
export function logDestination(format = (line: string) => line): LogDestination {
  const fd = openStandardOutput();
  let lines = '';
  let dropped = 0;
  /** The bytes that are being written. */
  let rest: Buffer = Buffer.alloc(0);
  let isScheduled = false;

  /** Takes the next bytes to write; false when nothing is left. */
  const takeNext = (): boolean => {
    if (rest.length > 0) return true;
    if (dropped > 0) {
      lines += format(droppedLine(dropped));
      dropped = 0;
    }
    rest = Buffer.from(lines);
    lines = '';
    return rest.length > 0;
  };

  /** Writes until nothing is left, or returns the code of the error that prevents it. */
  const writeAll = (): string | undefined => {
    try {
      while (takeNext()) rest = rest.subarray(writeSync(fd, rest));
      return undefined;
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    }
  };

  const flush = () => {
    const failure = writeAll();
    isScheduled = failure !== undefined;
    if (isScheduled) setTimeout(flush, failure === 'EAGAIN' ? RETRY_SLOW : RETRY_FAILED).unref();
  };

  const flushSync = () => {
    const deadline = performance.now() + FLUSH_DEADLINE;
    while (writeAll() === 'EAGAIN' && performance.now() < deadline) sleepSync(RETRY_SLOW);
  };

  process.once('exit', flushSync);
  return {
    write(line) {
      // Fatal errors are never dropped.
      if (rest.length + lines.length + line.length > CAPACITY && !line.startsWith('{"level":60')) {
        dropped++;
        return;
      }
      if (!isScheduled) {
        isScheduled = true;
        setImmediate(flush);
      }
      lines += format(line);
    },
    flushSync,
  };
}

/**
 * Opens standard output so that writes fail with `EAGAIN` instead of blocking. Node does so for pipes and sockets on the
 * first access to `process.stdout`. A terminal is opened a second time, because other processes share the mode of the
 * open one. Writes to files do not block on a reader.
 */
function openStandardOutput(): number {
  const { fd } = process.stdout;
  if (!fstatSync(fd).isCharacterDevice()) return fd;
  try {
    return openSync(`/dev/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}

const droppedLine = (count: number) =>
  `${JSON.stringify({
    level: 40,
    time: Date.now(),
    pid: process.pid,
    hostname: hostname(),
    msg: `${count} log lines were dropped: standard output was too slow`,
  })}\n`;

function sleepSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

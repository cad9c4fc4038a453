import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';

/** Where log lines go; see {@link logDestination}. */
export interface LogDestination {
  write(line: string): void;
  /** Writes what has not been written yet, before it returns; gives up after a second. */
  flushSync(): void;
}

/** How many characters may wait for a slow reader; the lines beyond them are dropped. */
const CAPACITY = 8 * 1024 * 1024;
/** How long the lines wait, in milliseconds, before they are tried again: the reader is slow, or the write failed. */
const RETRY_SLOW = 20;
const RETRY_FAILED = 1_000;
/** How long a synchronous flush waits for the reader, in milliseconds. */
const FLUSH_DEADLINE = 1_000;

/**
 * Writes log lines to standard output without ever blocking the event loop. The lines of one turn of the event loop
 * are one write, because a write costs more than a line. When the reader is slow, the disk is full or the pipe is
 * closed, lines wait in a bounded buffer; when it is full, lines are dropped and counted, and one line with the count
 * follows as soon as lines can be written again.
 *
 * What is not written yet is written when the process exits and after a fatal error, for at most a second each.
 *
 * @param format Turns a JSON line into the text to write; by default it is written as it is.
 */
export function logDestination(format = (line: string) => line): LogDestination {
  const fd = openStandardOutput();
  let lines = '';
  let dropped = 0;
  /** What was taken from the lines and is being written. */
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
      // The last words of a process that ends are never dropped.
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
 * Opens standard output so that a write fails with `EAGAIN` instead of waiting for the reader. Node does so with pipes
 * and sockets when `process.stdout` is read first. A terminal is opened once more, because the mode of the one that is
 * open is shared with other processes. Writes to files never wait for a reader.
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
    msg: `${count} log lines were dropped: they came faster than standard output took them`,
  })}\n`;

function sleepSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

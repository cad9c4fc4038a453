import type { ErrorCode } from '../errors/catalogue.ts';
import { ServiceError } from '../errors/service-error.ts';
import { AbandonedError, QueueFullError } from './batcher.ts';

/** What a PostgreSQL error or a failure of the driver may carry. */
interface DriverError extends Error {
  /** A SQLSTATE (PostgreSQL, Appendix A), or the `code` of a system error. */
  code?: string;
  constraint?: string;
}

/** Violated constraints that are a client's doing. */
const constraints: Readonly<Record<string, ErrorCode>> = {
  songs_song_artist_key: 'song_exists',
};

/** SQLSTATEs, or their classes, of a database that cannot answer now but will later. */
const TRANSIENT_STATES = [
  '08', // connection exception
  '25006', // read-only transaction: a server that is being failed over
  '40', // transaction rollback: deadlock, serialization failure
  '53', // insufficient resources
  '55P03', // lock not available
  '57', // operator intervention: shutdown, crash, query cancelled
  '58', // system error
];

const TRANSIENT_CODES = /^E(CONN|PIPE|TIMEDOUT|HOST|NET|AI_AGAIN|NOENT|NOTFOUND)/;

/** The driver gives these no code. */
const TRANSIENT_MESSAGES = [
  /^Connection terminated/,
  /^timeout expired/,
  /^timeout exceeded when trying to connect/,
  /^Query read timeout/,
  /^Client has encountered a connection error/,
  /^Cannot use a pool after calling end/,
];

/**
 * The error of the catalogue for an error of the database or of its driver; undefined when it is neither a
 * client's doing nor passing, which makes it a fault of ours.
 */
export function databaseFailure(error: DriverError): ServiceError | undefined {
  const violated = constraints[error.constraint ?? ''];
  if (violated) return new ServiceError(violated, { cause: error });
  if (error instanceof QueueFullError || error instanceof AbandonedError) {
    return new ServiceError('unavailable', { cause: error });
  }
  return isTransient(error) ? new ServiceError('unavailable', { cause: error }) : undefined;
}

/** Whether the same statement can be expected to succeed later. */
export function isTransient({ code = '', message }: DriverError): boolean {
  return (
    TRANSIENT_CODES.test(code) ||
    (/^[0-9A-Z]{5}$/.test(code) && TRANSIENT_STATES.some((state) => code.startsWith(state))) ||
    TRANSIENT_MESSAGES.some((pattern) => pattern.test(message))
  );
}

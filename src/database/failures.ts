import { DatabaseError } from 'pg';

/** The database cannot run a statement now, but the same statement can be expected to succeed later. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
  /** A SQLSTATE (PostgreSQL, Appendix A) or the code of a system error; undefined if the driver reports none. */
  readonly code: string | undefined;

  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.code = codeOf(cause);
  }
}

/** A statement violated a unique constraint. Nothing was written. */
export class UniqueViolation extends Error {
  override readonly name = 'UniqueViolation';
  /** The name of the constraint, as in the migrations. */
  readonly constraint: string | undefined;

  constructor(cause: DatabaseError) {
    super(cause.message, { cause });
    this.constraint = cause.constraint;
  }
}

/** A table has used its largest id: inserts fail until the ids get a wider type. Nothing was written. */
export class IdsExhausted extends Error {
  override readonly name = 'IdsExhausted';

  constructor(cause: DatabaseError) {
    super(`The table has no ids left: ${cause.message}`, { cause });
  }
}

/** SQLSTATEs, or their classes, of a database that cannot respond now but will later. */
const TRANSIENT_STATES = [
  '08', // connection exception
  '25006', // read-only transaction: a server that is being failed over
  '40', // transaction rollback: deadlock, serialization failure
  '53', // insufficient resources
  '55P03', // lock not available
  '57', // operator intervention: shutdown, crash, query cancelled
  '58', // system error
];

/** States in which the server rolled back a transaction in favour of others. */
const ROLLED_BACK_STATES = ['40001', '40P01'];

const UNIQUE_VIOLATION = '23505';
const QUERY_CANCELED = '57014';
const SEQUENCE_LIMIT_EXCEEDED = '2200H';

/** As in `ECONNRESET`; errors of Node.js itself have underscores, as in `ERR_INVALID_ARG_TYPE`. */
const SYSTEM_ERROR = /^E[A-Z0-9]+$/;

const READ_TIMEOUT = /^Query read timeout/;

/** Errors of the driver without a code. */
const TRANSIENT_MESSAGES = [
  /^Connection terminated/,
  /^timeout expired/,
  READ_TIMEOUT,
  /^Client has encountered a connection error/,
  /^Client was closed and is not queryable/,
];

/**
 * The failure of a statement as one of the database's own kinds: {@link DatabaseUnavailable}, {@link UniqueViolation} or
 * {@link IdsExhausted}.
 * Any other error is a bug and is returned unchanged.
 *
 * @param error An error of the driver's `query`, and of nothing else: an `ECONNRESET` may as well come from a client.
 */
export function queryFailure(error: unknown): unknown {
  if (error instanceof DatabaseError && error.code === UNIQUE_VIOLATION) return new UniqueViolation(error);
  if (error instanceof DatabaseError && error.code === SEQUENCE_LIMIT_EXCEEDED)
    return new IdsExhausted(error);
  return isTransient(error) ? new DatabaseUnavailable('The database failed', error) : error;
}

/** Any failure to get a connection: a changed password is as transient as a restart. */
export function connectFailure(error: unknown): DatabaseUnavailable {
  return new DatabaseUnavailable('There is no connection to the database', error);
}

/**
 * Whether the server reported that it rolled the failed statement back. Without its report, as when the connection
 * breaks, the statement may have been committed and must not run twice.
 */
export function isRolledBack(failure: unknown): boolean {
  if (failure instanceof DatabaseUnavailable) return ROLLED_BACK_STATES.includes(failure.code ?? '');
  return [UniqueViolation, IdsExhausted, DatabaseError].some((kind) => failure instanceof kind);
}

/** The SQLSTATE or system code of an error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the server cancelled a statement, because it took too long. */
export function isCancelled(failure: unknown): boolean {
  return failure instanceof DatabaseUnavailable && failure.code === QUERY_CANCELED;
}

/** Whether the server hangs: it did not even cancel a statement in time. */
export function isHang(failure: unknown): boolean {
  if (!(failure instanceof DatabaseUnavailable && failure.cause instanceof Error)) return false;
  return READ_TIMEOUT.test(failure.cause.message);
}

function isTransient(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  if (error instanceof DatabaseError) return TRANSIENT_STATES.some((state) => code.startsWith(state));
  const message = error instanceof Error ? error.message : '';
  return SYSTEM_ERROR.test(code) || TRANSIENT_MESSAGES.some((pattern) => pattern.test(message));
}

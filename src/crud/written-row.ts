import type { ErrorCode } from '../errors/catalogue.ts';
import { ServiceError } from '../errors/service-error.ts';
import type { WriteOutcome } from './conditional-write.ts';

/**
 * The row that a conditional write wrote.
 *
 * @throws {ServiceError} 404 with the given code where there is no such row, 412 where it has another version.
 */
export function writtenRow<Row>(outcome: WriteOutcome<Row>, missing: ErrorCode): Row {
  if (outcome.status === 'written') return outcome.row;
  throw new ServiceError(outcome.status === 'not_found' ? missing : 'precondition_failed');
}

import { WritePreconditions } from '../http/conditional-requests.ts';

/** Where a link finds the id of the resource: an OpenAPI runtime expression. */
type Expression = `$${string}`;

/** The contract of an operation, as far as a link depends on it. */
interface LinkedOperation {
  operationId: string;
  summary: string;
  headers?: object;
}

/**
 * The links (OpenAPI 3.1, Link Object) from an answer to the operations that a client can go on with. A write is
 * bound to the version that the answer holds.
 */
export const links = (id: Expression, ...operations: LinkedOperation[]) =>
  Object.fromEntries(
    operations.map(({ operationId, summary, headers }) => [
      operationId,
      {
        operationId,
        description: headers === WritePreconditions ? `${summary}, unless it has changed since` : summary,
        parameters: { id, ...(headers === WritePreconditions && { 'If-Match': '$response.header.ETag' }) },
      },
    ]),
  );

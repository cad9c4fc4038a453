/** The runtime expression (OpenAPI) for the id of the resource. */
type Expression = `$${string}`;

/** The contract of an operation, as far as a link depends on it. */
interface LinkedOperation {
  operationId: string;
  summary: string;
  headers?: { properties: object };
  response: object;
}

/**
 * The links (OpenAPI 3.1, Link Object) from a response to the operations that a client can go on with. A write is bound
 * to the version that the response holds.
 */
export const links = (id: Expression, ...operations: LinkedOperation[]) =>
  Object.fromEntries(
    operations.map((operation) => {
      const { operationId, summary } = operation;
      const isBound = isConditionalWrite(operation);
      return [
        operationId,
        {
          operationId,
          description: isBound ? `${summary}, unless it has changed since` : summary,
          parameters: { id, ...(isBound && { 'If-Match': '$response.header.ETag' }) },
        },
      ];
    }),
  );

/** Whether the operation takes `If-Match` and is no read: the response to a read may be 304. */
const isConditionalWrite = ({ headers, response }: LinkedOperation): boolean =>
  headers !== undefined && 'If-Match' in headers.properties && !('304' in response);

/** The runtime expression (OpenAPI) for the id of the resource. */
type Expression = `$${string}`;

/** The part of an operation's contract that a link depends on. */
interface LinkedOperation {
  operationId: string;
  summary: string;
  headers?: { properties: object };
  response: object;
}

/**
 * The links (OpenAPI 3.1, Link Object) from a response to further operations. A write requires the version in the
 * response.
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
          description: isBound ? `${summary}, if it has not changed` : summary,
          parameters: { id, ...(isBound && { 'If-Match': '$response.header.ETag' }) },
        },
      ];
    }),
  );

/** Whether the operation is a write with `If-Match`: only the response to a read may be 304. */
const isConditionalWrite = ({ headers, response }: LinkedOperation): boolean =>
  headers !== undefined && 'If-Match' in headers.properties && !('304' in response);

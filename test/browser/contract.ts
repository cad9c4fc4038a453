// The operations that the pages must show, from openapi.json: a new operation is tested without a change here.
import { readFileSync } from 'node:fs';

/** One operation of the contract, as the pages show it. */
export interface Operation {
  id: string;
  tag: string;
  /** In upper case, as in `POST`. */
  method: string;
  /** As in `/songs/{id}`. */
  path: string;
  summary: string;
  /** The documented status codes, in their order. */
  statuses: number[];
  hasBody: boolean;
}

interface DocumentedOperation {
  operationId: string;
  summary: string;
  tags: [string];
  requestBody?: object;
  responses: Record<string, object>;
}

interface Document {
  tags: { name: string }[];
  paths: Record<string, Record<string, DocumentedOperation>>;
}

const { tags, paths }: Document = JSON.parse(readFileSync('openapi.json', 'utf8'));
const documented = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(
    ([
      method,
      {
        operationId,
        summary,
        tags: [tag],
        requestBody,
        responses,
      },
    ]): Operation => ({
      id: operationId,
      tag,
      method: method.toUpperCase(),
      path,
      summary,
      statuses: Object.keys(responses).map(Number),
      hasBody: requestBody !== undefined,
    }),
  ),
);

/** The tags, in the order of the document. */
export const tagNames: readonly string[] = tags.map(({ name }) => name);

/** Every operation, in the order in which both pages show them: tag by tag, each in the order of the document. */
export const operations: readonly Operation[] = tagNames.flatMap((name) =>
  documented.filter(({ tag }) => tag === name),
);

if (operations.length !== documented.length || operations.length === 0) {
  throw new Error('openapi.json has no operations, or some whose tag is not on its list of tags');
}

/** Whether a status code says that the request succeeded. */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

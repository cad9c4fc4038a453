// The operations of openapi.json, which the pages must show.
import { readFileSync } from 'node:fs';

/** An operation of the contract, as the pages show it. */
export interface Operation {
  id: string;
  tag: string;
  /** In upper case, as in `POST`. */
  method: string;
  /** As in `/songs/{id}`. */
  path: string;
  summary: string;
  /** The documented status codes, in order. */
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

/** All operations, in the order of both pages: by tag, then in the order of the document. */
export const operations: readonly Operation[] = tagNames.flatMap((name) =>
  documented.filter(({ tag }) => tag === name),
);

if (operations.length !== documented.length || operations.length === 0) {
  throw new Error('openapi.json has no operations, or operations with an undeclared tag');
}

/** The first operation of each tag. */
export const firstOfTags: readonly Operation[] = tagNames.flatMap((name) =>
  operations.filter(({ tag }) => tag === name).slice(0, 1),
);

/** Whether the status code means success. */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

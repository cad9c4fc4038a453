import { headersWith } from '../../../src/http/headers.ts';
import {
  type Check,
  follow,
  isConditional,
  type OpenApiDocument,
  operationsOf,
  operationsOnCreated,
  type PlacedOperation,
  responsesOf,
} from './document.ts';

const ON_ALL = headersWith(({ on }) => on);

/** Every response declares its headers. */
export const headersAreDeclared: Check = (document) =>
  operationsOf(document).flatMap((operation) =>
    responsesOf(document, operation).flatMap(({ place, status, headers = {} }) =>
      [...ON_ALL, ...headersOf(document, operation, status)]
        .filter((name) => !(name in headers))
        .map((name) => `${place}: the header ${name} is missing`),
    ),
  );

/** The headers of a response with the status, besides those of every response. */
function headersOf(document: OpenApiDocument, operation: PlacedOperation, status: number): string[] {
  const { method, parameters = [] } = operation;
  switch (status) {
    case 200:
      if (parameters.some(({ name }) => name === 'count')) return ['Link', 'X-Total-Count'];
      if (parameters.some(({ name }) => name === 'cursor')) return ['Link'];
      return isConditional(operation) ? ['ETag'] : [];
    case 201:
      return operationsOnCreated(document, operation).length > 0 ? ['Location', 'ETag'] : [];
    case 304:
      return ['ETag'];
    case 405:
      return ['Allow'];
    case 415:
      return method === 'patch' ? ['Accept-Patch'] : [];
    case 429:
    case 503:
      return ['Retry-After'];
    default:
      return [];
  }
}

/** The examples of `Location` and `Link` have the path of the operation. */
export const headerPathsAreValid: Check = (document) =>
  operationsOf(document).flatMap((operation) =>
    responsesOf(document, operation).flatMap(({ place, headers = {} }) =>
      Object.entries(headers)
        .filter(([name]) => name === 'Location' || name === 'Link')
        .flatMap(([name, header]) =>
          (follow(document, header).schema?.examples ?? [])
            .filter((example) => !isPathOf(operation, String(example)))
            .map((example) => `${place}: the example of ${name} is ${example}`),
        ),
    ),
  );

/** A create leads to its row, a page to the next one, and an import to its job. */
const isPathOf = ({ path }: { path: string }, example: string): boolean =>
  new RegExp(
    path.endsWith('/import') ? '^/v1/jobs/[0-9]+$' : `^<?/v1${path.replaceAll(/\{\w+\}/g, '[^/]+')}[/?]`,
  ).test(example);

/** Every header has a description and an example. */
export const headersAreDescribed: Check = (document) =>
  operationsOf(document).flatMap((operation) =>
    responsesOf(document, operation).flatMap(({ place, headers = {} }) =>
      Object.entries(headers)
        .map(([name, header]) => ({ name, ...follow(document, header) }))
        .filter(({ description, schema }) => !description || !schema?.examples?.length)
        .map(({ name }) => `${place}: the header ${name} has no description or no example`),
    ),
  );

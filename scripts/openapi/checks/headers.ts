import { headersWith } from '../../../src/http/headers.ts';
import { type Check, follow, operationsOf, type PlacedOperation, responsesOf } from './document.ts';

const ON_ALL = headersWith(({ on }) => on);

/** Every answer declares the headers that HTTP and the contract give it. */
export const headersAreDeclared: Check = (document) =>
  operationsOf(document).flatMap((operation) =>
    responsesOf(document, operation).flatMap(({ place, status, headers = {} }) =>
      [...ON_ALL, ...headersOf(status, operation)]
        .filter((name) => !(name in headers))
        .map((name) => `${place}: the header ${name} is missing`),
    ),
  );

/** The headers that an answer of the status has beside those of every answer. */
function headersOf(status: number, { place, parameters = [] }: PlacedOperation): string[] {
  const takes = (name: string) => parameters.some((parameter) => parameter.name === name);
  switch (status) {
    case 200:
      if (takes('cursor')) return ['Link', 'X-Total-Count'];
      return takes('If-Match') || takes('If-None-Match') ? ['ETag'] : [];
    case 201:
      return ['Location', 'ETag'];
    case 304:
      return ['ETag'];
    case 405:
      return ['Allow'];
    case 415:
      return place.startsWith('PATCH ') ? ['Accept-Patch'] : [];
    case 429:
    case 503:
      return ['Retry-After'];
    default:
      return [];
  }
}

/** Every header says what it is and shows a value. */
export const headersAreDescribed: Check = (document) =>
  operationsOf(document).flatMap((operation) =>
    responsesOf(document, operation).flatMap(({ place, headers = {} }) =>
      Object.entries(headers)
        .map(([name, header]) => ({ name, ...follow(document, header) }))
        .filter(({ description, schema }) => !description || !schema?.examples?.length)
        .map(({ name }) => `${place}: the header ${name} has no description or no example`),
    ),
  );

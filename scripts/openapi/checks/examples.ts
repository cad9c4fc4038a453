import { type Check, type MediaTypeObject, operationsOf, responsesOf } from './document.ts';

/** Every request and response body has an example in each media type. */
export const bodiesHaveExamples: Check = (document) =>
  operationsOf(document).flatMap((operation) => [
    ...withoutExample(operation.requestBody?.content).map(
      (type) => `${operation.place}: ${type} has no example`,
    ),
    ...responsesOf(document, operation).flatMap(({ place, content }) =>
      withoutExample(content).map((type) => `${place}: ${type} has no example`),
    ),
  ]);

const withoutExample = (content: Record<string, MediaTypeObject> = {}): string[] =>
  Object.entries(content)
    .filter(([, { example, examples = {} }]) => example === undefined && Object.keys(examples).length === 0)
    .map(([type]) => type);
